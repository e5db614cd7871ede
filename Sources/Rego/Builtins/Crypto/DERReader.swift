import BigInt

/// One element of DER: its tag, its content, and all its bytes.
struct DERElement {
    let tag: UInt8
    let content: ArraySlice<UInt8>
    let encoded: ArraySlice<UInt8>

    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31

    /// The elements of a constructed one.
    func children() throws(BuiltinError) -> [DERElement] {
        guard tag & 0x20 != 0 else { throw DERReader.malformed }
        return try DERReader.all(content)
    }

    /// The content of a context-specific element as another type.
    func retagged(_ tag: UInt8) -> DERElement { DERElement(tag: tag, content: content, encoded: encoded) }

    var integer: BigInt {
        let magnitude = BigUInt(bytes: content)
        guard let first = content.first, first & 0x80 != 0 else { return BigInt(magnitude) }
        return BigInt(magnitude) - BigInt(1) << (content.count * 8)
    }

    /// The numbers of an object identifier.
    var identifier: [Int] {
        var numbers: [Int] = []
        var value = 0
        for byte in content {
            value = (value << 7 | Int(byte & 0x7F)) & 0xFF_FFFF_FFFF
            if byte & 0x80 == 0 {
                numbers.append(value)
                value = 0
            }
        }
        guard let first = numbers.first else { return [] }
        let head = Swift.min(first / 40, 2)
        return [head, first - head * 40] + numbers.dropFirst()
    }

    /// The bits of a bit string, without the count of unused ones.
    var bits: ArraySlice<UInt8> { content.dropFirst() }

    var text: String {
        // BMPString has two bytes for each character.
        if tag == 0x1E {
            var units: [UInt16] = []
            var index = content.startIndex
            while index + 1 < content.endIndex {
                units.append(UInt16(content[index]) << 8 | UInt16(content[index + 1]))
                index += 2
            }
            return String(decoding: units, as: UTF16.self)
        }
        return String(decoding: content, as: UTF8.self)
    }
}

/// Reads DER, strictly enough for certificates and keys.
enum DERReader {
    static let malformed = BuiltinError("x509: malformed certificate")

    static func all(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> [DERElement] {
        var rest = bytes
        var made: [DERElement] = []
        while !rest.isEmpty { made.append(try next(&rest)) }
        return made
    }

    /// One element that takes all bytes.
    static func one(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> DERElement {
        var rest = bytes
        let element = try next(&rest)
        guard rest.isEmpty else { throw malformed }
        return element
    }

    static func next(_ bytes: inout ArraySlice<UInt8>) throws(BuiltinError) -> DERElement {
        let start = bytes
        guard let tag = bytes.popFirst(), tag & 0x1F != 0x1F, let first = bytes.popFirst() else { throw malformed }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count), bytes.count >= count else { throw malformed }
            length = 0
            for _ in 0..<count { length = length << 8 | Int(bytes.popFirst() ?? 0) }
        }
        guard bytes.count >= length else { throw malformed }
        let content = bytes.prefix(length)
        bytes = bytes.dropFirst(length)
        return DERElement(tag: tag, content: content, encoded: start[start.startIndex..<content.endIndex])
    }
}

extension BigUInt {
    /// The number of big-endian bytes.
    init(bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | BigUInt($1) }
    }

    /// Big-endian bytes, at least so many.
    func bytes(count: Int = 0) -> [UInt8] {
        var made: [UInt8] = []
        var rest = self
        while rest > 0 {
            made.append(UInt8(truncatingIfNeeded: rest.words.first ?? 0))
            rest >>= 8
        }
        made += [UInt8](repeating: 0, count: Swift.max(0, count - made.count))
        return made.reversed()
    }
}
