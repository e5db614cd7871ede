/// Base64 as Go's encoding/base64 reads and writes it.
enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8], urlSafe isURLSafe: Bool = false, padded: Bool = true) -> [UInt8] {
        let alphabet = isURLSafe ? urlSafe : standard
        var made: [UInt8] = []
        made.reserveCapacity((bytes.count + 2) / 3 * 4)
        var offset = 0
        while offset < bytes.count {
            let left = Swift.min(3, bytes.count - offset)
            var group = UInt32(bytes[offset]) << 16
            if left > 1 { group |= UInt32(bytes[offset + 1]) << 8 }
            if left > 2 { group |= UInt32(bytes[offset + 2]) }
            for position in 0..<4 {
                if position <= left {
                    made.append(alphabet[Int(group >> UInt32(18 - position * 6) & 63)])
                } else if padded {
                    made.append(UInt8(ascii: "="))
                }
            }
            offset += 3
        }
        return made
    }

    /// Reads text with padding; line ends are skipped, as Go does.
    static func decode(_ text: [UInt8], urlSafe isURLSafe: Bool = false) throws(BuiltinError) -> [UInt8] {
        var made: [UInt8] = []
        made.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var count = 0
        var offset = 0
        while offset < text.count {
            let byte = text[offset]
            if byte == 10 || byte == 13 {
                offset += 1
                continue
            }
            if byte == UInt8(ascii: "=") {
                return try finish(text, offset, group, count, made)
            }
            guard let value = value(byte, isURLSafe) else { throw corrupt(offset) }
            group = group << 6 | UInt32(value)
            count += 1
            if count == 4 {
                made += [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
                group = 0
                count = 0
            }
            offset += 1
        }
        if count > 0 { throw corrupt(text.count) }
        return made
    }

    private static func finish(
        _ text: [UInt8], _ padding: Int, _ group: UInt32, _ count: Int, _ made: [UInt8]
    ) throws(BuiltinError) -> [UInt8] {
        guard count >= 2 else { throw corrupt(padding) }
        var rest = padding + 1
        func skipLines() { while rest < text.count, text[rest] == 10 || text[rest] == 13 { rest += 1 } }
        if count == 2 {
            skipLines()
            guard rest < text.count else { throw corrupt(text.count) }
            guard text[rest] == UInt8(ascii: "=") else { throw corrupt(rest - 1) }
            rest += 1
        }
        skipLines()
        if rest < text.count { throw corrupt(rest) }
        return made + (count == 2 ? [UInt8(group >> 4 & 255)] : [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)])
    }

    private static func corrupt(_ offset: Int) -> BuiltinError {
        BuiltinError("illegal base64 data at input byte \(offset)")
    }

    private static func value(_ byte: UInt8, _ isURLSafe: Bool) -> UInt8? {
        switch byte {
        case 65...90: return byte - 65
        case 97...122: return byte - 71
        case 48...57: return byte + 4
        case UInt8(ascii: "+") where !isURLSafe, UInt8(ascii: "-") where isURLSafe: return 62
        case UInt8(ascii: "/") where !isURLSafe, UInt8(ascii: "_") where isURLSafe: return 63
        default: return nil
        }
    }

    /// Reads base64url whose padding may be missing, as tokens have it.
    static func decodeURL(_ text: [UInt8]) throws(BuiltinError) -> [UInt8] {
        var text = text
        if text.last != UInt8(ascii: "=") {
            switch text.count % 4 {
            case 0: break
            case 2: text += [UInt8(ascii: "="), UInt8(ascii: "=")]
            case 3: text.append(UInt8(ascii: "="))
            default:
                throw BuiltinError("illegal base64url string: \(String(decoding: text, as: UTF8.self))")
            }
        }
        return try decode(text, urlSafe: true)
    }
}
