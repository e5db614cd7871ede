/// Bytes as hexadecimal digits.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: encode(bytes), as: UTF8.self) }

    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    static func decode(_ text: [UInt8]) throws(BuiltinError) -> [UInt8] {
        var made: [UInt8] = []
        var index = 0
        while index + 1 < text.count {
            guard let high = value(text[index]) else { throw invalid(text[index]) }
            guard let low = value(text[index + 1]) else { throw invalid(text[index + 1]) }
            made.append(high << 4 | low)
            index += 2
        }
        if index < text.count {
            if value(text[index]) == nil { throw invalid(text[index]) }
            throw BuiltinError("encoding/hex: odd length hex string")
        }
        return made
    }

    private static func invalid(_ byte: UInt8) -> BuiltinError {
        let digits = String(byte, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: 4 - digits.utf8.count) + digits
        let shown = GoQuote.isPrintable(UInt32(byte)) ? " \(GoQuote.quote(rune: UInt32(byte)))" : ""
        return BuiltinError("encoding/hex: invalid byte: U+\(code)\(shown)")
    }
}
