/// Percent signs in the parts of a URL, as Go's net/url has them.
enum URLEscaping {
    case path
    case host
    /// What follows the percent sign of an address of IPv6 with a zone.
    case zone
    case user
    case query
    case fragment

    private static let digits = Array("0123456789ABCDEF".utf8)

    func escape(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var made: [UInt8] = []
        for byte in bytes {
            if !isEscaped(byte) {
                made.append(byte)
            } else if byte == UInt8(ascii: " "), self == .query {
                made.append(UInt8(ascii: "+"))
            } else {
                made += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return made
    }

    func unescape(_ bytes: some Sequence<UInt8>) throws(BuiltinError) -> [UInt8] {
        let bytes = Array(bytes)
        var made: [UInt8] = []
        made.reserveCapacity(bytes.count)
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "%") {
                guard let value = escaped(bytes[offset...]) else {
                    let shown = RegoString(utf8: bytes[offset...].prefix(3))
                    throw BuiltinError("invalid URL escape \(GoQuote.quote(shown))")
                }
                made.append(value)
                offset += 3
                continue
            }
            guard !isHost || byte >= 0x80 || !isEscaped(byte) else {
                throw BuiltinError("invalid character \(GoQuote.quote(RegoString(utf8: [byte]))) in host name")
            }
            made.append(byte == UInt8(ascii: "+") && self == .query ? UInt8(ascii: " ") : byte)
            offset += 1
        }
        return made
    }

    /// What the percent sign at the start stands for; nil where it may not stand there.
    private func escaped(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        let digits = bytes.dropFirst().prefix(2)
        guard digits.count == 2, let high = digits.first.flatMap(Hexadecimal.value),
            let low = digits.last.flatMap(Hexadecimal.value)
        else { return nil }
        let value = high << 4 | low
        // A host hides no ASCII but the sign itself (RFC 3986, RFC 6874); a zone what could stand there, and spaces.
        switch self {
        case .host where value < 0x80 && value != UInt8(ascii: "%"): return nil
        case .zone where value != UInt8(ascii: "%") && value != UInt8(ascii: " ") && isEscaped(value): return nil
        default: return value
        }
    }

    private var isHost: Bool { self == .host || self == .zone }

    /// Whether a byte is written with a percent sign.
    func isEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
            false
        default: !plain.utf8.contains(byte)
        }
    }

    /// The marks that stand for themselves.
    private var plain: String {
        switch self {
        case .path: "$&+,/:;=@"
        case .host, .zone: "!$&'()*+,;=:[]<>\""
        case .user: "$&+,;="
        case .query: ""
        case .fragment: "$&+,/:;=?@!()*"
        }
    }
}
