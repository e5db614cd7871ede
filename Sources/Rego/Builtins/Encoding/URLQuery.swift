/// The text of a URL's query, as Go's net/url has it.
enum URLQuery {
    static func escape(_ bytes: [UInt8]) -> [UInt8] {
        var made: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                made.append(byte)
            case UInt8(ascii: " "): made.append(UInt8(ascii: "+"))
            default:
                let digits = Array(String(byte, radix: 16, uppercase: true).utf8)
                made += [UInt8(ascii: "%")] + (digits.count == 1 ? [48] : []) + digits
            }
        }
        return made
    }

    static func unescape(_ bytes: some RandomAccessCollection<UInt8>) throws(BuiltinError) -> [UInt8] {
        let bytes = Array(bytes)
        var made: [UInt8] = []
        var offset = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "%"):
                guard offset + 2 < bytes.count, let high = Hexadecimal.value(bytes[offset + 1]),
                    let low = Hexadecimal.value(bytes[offset + 2])
                else {
                    let shown = String(decoding: bytes[offset...].prefix(3), as: UTF8.self)
                    throw BuiltinError("invalid URL escape \(GoQuote.quote(RegoString(shown)))")
                }
                made.append(high << 4 | low)
                offset += 3
            case UInt8(ascii: "+"):
                made.append(UInt8(ascii: " "))
                offset += 1
            default:
                made.append(bytes[offset])
                offset += 1
            }
        }
        return made
    }

    /// The fields of a query in their order.
    static func parse(_ query: [UInt8]) throws(BuiltinError) -> [(name: [UInt8], value: [UInt8])] {
        var made: [(name: [UInt8], value: [UInt8])] = []
        for field in query.split(separator: UInt8(ascii: "&")) {
            if field.contains(UInt8(ascii: ";")) { throw BuiltinError("invalid semicolon separator in query") }
            let equals = field.firstIndex(of: UInt8(ascii: "="))
            let name = try unescape(field[..<(equals ?? field.endIndex)])
            let value = try equals.map { (equals) throws(BuiltinError) in try unescape(field[(equals + 1)...]) } ?? []
            made.append((name, value))
        }
        return made
    }
}
