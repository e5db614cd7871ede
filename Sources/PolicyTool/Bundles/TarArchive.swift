/// Archives of tar, as far as bundles need them: files with names of any length.
enum TarArchive {
    private static let block = 512
    private static let entryMaximum = 100_000
    private static let pathMaximum = 4_096

    /// The files of an archive, in its order; what could lead out of it is refused.
    static func read(_ bytes: [UInt8]) throws(PolicyProblem) -> [BundleFile] {
        var files: [BundleFile] = []
        var offset = 0
        var entries = 0
        var nextPath: String?
        var nextSize: Int?
        while offset < bytes.count {
            guard offset + block <= bytes.count else { throw corrupt("it ends within a header") }
            let header = bytes[offset..<offset + block]
            if header.allSatisfy({ $0 == 0 }) { break }
            entries += 1
            guard entries <= entryMaximum else {
                throw PolicyProblem("tar: more than \(entryMaximum) entries")
            }
            let entry = try Header(header)
            let size = nextSize ?? entry.size
            offset += block
            guard size <= bytes.count - offset, (size + block - 1) / block * block <= bytes.count - offset else {
                throw corrupt("it ends within \(nextPath ?? entry.path)")
            }
            let contents = bytes[offset..<offset + size]
            offset += (size + block - 1) / block * block
            switch entry.kind {
            case UInt8(ascii: "L"):
                nextPath = try text(contents.prefix { $0 != 0 })
                continue
            case UInt8(ascii: "x"):
                let fields = try extendedFields(contents)
                nextPath = fields["path"] ?? nextPath
                if let text = fields["size"] {
                    guard let size = Int(text), size >= 0 else { throw corrupt("a size that is no number") }
                    nextSize = size
                }
                continue
            case UInt8(ascii: "g"), UInt8(ascii: "K"): continue
            case UInt8(ascii: "5"): break
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
                files.append(BundleFile(path: try safePath(nextPath ?? entry.path), bytes: Array(contents)))
            default:
                throw PolicyProblem(
                    "tar: \(nextPath ?? entry.path) is a link or a device; a bundle has files only")
            }
            nextPath = nil
            nextSize = nil
        }
        return files
    }

    /// An archive of files: nothing in it depends on when, where or by whom it is made.
    static func write(_ files: [BundleFile]) -> [UInt8] {
        var output: [UInt8] = []
        for file in files {
            let path = Array(("/" + file.path).utf8)
            if path.count > 100 {
                let record = extendedRecord("path", path)
                output +=
                    header(Array("/PaxHeaders.0".utf8), size: record.count, kind: UInt8(ascii: "x")) + record
                pad(&output)
            }
            // A long path is in the extended header; here it only has to be text.
            let short = path.prefix(100).map { path.count > 100 && $0 >= 0x80 ? UInt8(ascii: "_") : $0 }
            output +=
                header(short, size: file.bytes.count, kind: UInt8(ascii: "0"))
                + file.bytes
            pad(&output)
        }
        return output + [UInt8](repeating: 0, count: 2 * block)
    }

    /// A path within the archive without what is not needed in it.
    static func safePath(_ path: String) throws(PolicyProblem) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains(".."), !path.utf8.contains(0),
            path.utf8.count <= pathMaximum
        else {
            throw PolicyProblem(
                "tar: the path '\(path.prefix(200))' leads out of the archive or is too long")
        }
        return parts.joined(separator: "/")
    }

    private static func pad(_ output: inout [UInt8]) {
        output += [UInt8](repeating: 0, count: (block - output.count % block) % block)
    }

    private static func header(_ path: [UInt8], size: Int, kind: UInt8) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ bytes: [UInt8], at offset: Int) {
            for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
        }
        put(path, at: 0)
        put(octal(0o600, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        header[156] = kind
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
        put(octal(Header.checksum(header[...]), digits: 6) + [0, 0x20], at: 148)
        return header
    }

    private static func extendedRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [0x0A]
        var length = rest.count + 1
        while String(length).utf8.count + rest.count != length {
            length = String(length).utf8.count + rest.count
        }
        return Array(String(length).utf8) + rest
    }

    private static func extendedFields(_ bytes: ArraySlice<UInt8>) throws(PolicyProblem) -> [String:
        String]
    {
        var fields: [String: String] = [:]
        var rest = bytes
        while let first = rest.first, first != 0 {
            guard let space = rest.prefix(12).firstIndex(of: 0x20),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw corrupt("an extended header that cannot be read") }
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw corrupt("an extended header that cannot be read")
            }
            fields[try text(record[..<equals])] = try text(record[(equals + 1)...])
            rest = rest.dropFirst(length)
        }
        return fields
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(PolicyProblem) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw corrupt("a name that is no UTF-8")
        }
        return text
    }

    private static func corrupt(_ reason: String) -> PolicyProblem {
        PolicyProblem("tar: the archive is broken: \(reason)")
    }

    /// What the block before a file says of it.
    private struct Header {
        let path: String
        let size: Int
        let kind: UInt8

        init(_ block: ArraySlice<UInt8>) throws(PolicyProblem) {
            let bytes = Array(block)
            guard let wanted = Self.number(bytes[148..<156]), wanted == Self.checksum(bytes[...]) else {
                throw TarArchive.corrupt("a header whose checksum is wrong")
            }
            guard let size = Self.number(bytes[124..<136]), size >= 0 else {
                throw TarArchive.corrupt("a size that is no number")
            }
            self.size = size
            kind = bytes[156]
            let name = try TarArchive.text(bytes[..<100].prefix { $0 != 0 })
            let isStandard = bytes[257..<263].elementsEqual(Array("ustar\0".utf8))
            let prefix = isStandard ? try TarArchive.text(bytes[345..<500].prefix { $0 != 0 }) : ""
            path = prefix.isEmpty ? name : prefix + "/" + name
        }

        /// The sum of all bytes, those of the sum itself taken as spaces.
        static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
            bytes.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 0x20 : Int($1.element)) }
        }

        /// Octal digits, or a big-endian number whose first bit is set.
        private static func number(_ field: ArraySlice<UInt8>) -> Int? {
            if let first = field.first, first & 0x80 != 0 {
                guard first == 0x80, field.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else {
                    return nil
                }
                return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
            }
            let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
            return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
        }
    }
}

/// A file of a bundle.
struct BundleFile: Sendable, Hashable {
    /// Its path below the root of the bundle, without a slash before it.
    let path: String
    let bytes: [UInt8]

    /// The name without the directories.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
