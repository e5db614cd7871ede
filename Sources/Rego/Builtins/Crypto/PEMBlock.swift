/// A block of PEM, found as Go's encoding/pem finds it.
struct PEMBlock {
    let type: String
    let bytes: [UInt8]

    /// The first block of a text and what stands behind it, or nil.
    static func first(in text: ArraySlice<UInt8>) -> (block: PEMBlock, rest: ArraySlice<UInt8>)? {
        var rest = text
        while let begin = find("-----BEGIN ", in: rest) {
            let after = rest[(begin + 11)...]
            guard let dashes = find("-----", in: after) else { return nil }
            let type = String(decoding: after[..<dashes], as: UTF8.self)
            let body = after[(dashes + 5)...]
            let marker = "-----END \(type)-----"
            guard !type.contains("\n"), let end = find(marker, in: body),
                let bytes = decode(body[..<end])
            else {
                rest = after
                continue
            }
            var behind = body[(end + marker.utf8.count)...]
            while let byte = behind.first, byte == 13 || byte == 10 || byte == 32 || byte == 9 {
                behind = behind.dropFirst()
                if byte == 10 { break }
            }
            return (PEMBlock(type: type, bytes: bytes), behind)
        }
        return nil
    }

    /// All blocks of a text.
    static func all(in text: [UInt8]) -> [PEMBlock] {
        var made: [PEMBlock] = []
        var rest = text[...]
        while let (block, behind) = first(in: rest) {
            made.append(block)
            rest = behind
        }
        return made
    }

    private static func decode(_ body: ArraySlice<UInt8>) -> [UInt8]? {
        // Lines with a colon are headers.
        let lines = body.split { $0 == 10 || $0 == 13 }
        let text = lines.filter { !$0.contains(UInt8(ascii: ":")) }.joined().filter { $0 != 32 && $0 != 9 }
        return try? Base64.decode(Array(text))
    }

    private static func find(_ needle: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let wanted = Array(needle.utf8)
        return wanted.withUnsafeBufferPointer { wanted in
            bytes.withUnsafeBufferPointer { ByteSearch.index(of: wanted, in: $0) }
        }.map { $0 + bytes.startIndex }
    }
}
