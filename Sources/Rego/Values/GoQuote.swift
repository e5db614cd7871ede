/// Strings in quotes, as Go's strconv writes them.
enum GoQuote {
    /// In double quotes, with escapes where a character is not printable.
    static func quote(_ string: RegoString, asciiOnly: Bool = false) -> String {
        var output: [UInt8] = [UInt8(ascii: "\"")]
        string.withBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let (rune, width) = GoRunes.decode(bytes, at: offset)
                if rune == GoRunes.replacement, width == 1 {
                    output += Array("\\x".utf8) + hexadecimal(UInt32(bytes[offset]), width: 2)
                } else {
                    append(rune, quote: UInt8(ascii: "\""), asciiOnly: asciiOnly, to: &output)
                }
                offset += width
            }
        }
        output.append(UInt8(ascii: "\""))
        return String(decoding: output, as: UTF8.self)
    }

    /// A character in single quotes.
    static func quote(rune: UInt32, asciiOnly: Bool = false) -> String {
        var output: [UInt8] = [UInt8(ascii: "'")]
        append(rune, quote: UInt8(ascii: "'"), asciiOnly: asciiOnly, to: &output)
        output.append(UInt8(ascii: "'"))
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ rune: UInt32, quote: UInt8, asciiOnly: Bool, to output: inout [UInt8]) {
        if rune == UInt32(quote) || rune == 0x5C {
            output.append(UInt8(ascii: "\\"))
            output.append(UInt8(truncatingIfNeeded: rune))
            return
        }
        if asciiOnly ? (0x20..<0x7F).contains(rune) : isPrintable(rune) {
            GoRunes.append(rune, to: &output)
            return
        }
        let short: [UInt32: Character] = [7: "a", 8: "b", 12: "f", 10: "n", 13: "r", 9: "t", 11: "v"]
        if let letter = short[rune] {
            output += Array("\\\(letter)".utf8)
        } else if rune < 0x20 || rune == 0x7F {
            output += Array("\\x".utf8) + hexadecimal(rune, width: 2)
        } else if rune < 0x1_0000 {
            output += Array("\\u".utf8) + hexadecimal(rune, width: 4)
        } else {
            output += Array("\\U".utf8) + hexadecimal(rune, width: 8)
        }
    }

    /// As Go's strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
    static func isPrintable(_ rune: UInt32) -> Bool {
        if rune < 0x7F { return rune >= 0x20 }
        guard let scalar = Unicode.Scalar(rune) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }

    private static func hexadecimal(_ value: UInt32, width: Int) -> [UInt8] {
        let text = Array(String(value, radix: 16).utf8)
        return [UInt8](repeating: 48, count: Swift.max(0, width - text.count)) + text
    }
}
