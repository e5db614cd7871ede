/// Upper and lower case as Go maps them: scalar by scalar, never to more than one.
enum GoCase {
    static func upper(_ string: RegoString) -> RegoString { map(string, ascii: asciiUpper, wide: upper) }

    static func lower(_ string: RegoString) -> RegoString { map(string, ascii: asciiLower, wide: lower) }

    static func isSpace(_ rune: UInt32) -> Bool {
        switch rune {
        case 9...13, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    private static func map(
        _ string: RegoString, ascii: (UInt8) -> UInt8, wide: (UInt32) -> UInt32
    ) -> RegoString {
        if string.isASCII { return string.withBytes { bytes in RegoString(utf8: bytes.map(ascii)) } }
        return RegoString(runes: string.runes.map(wide))
    }

    private static func asciiUpper(_ byte: UInt8) -> UInt8 { (97...122).contains(byte) ? byte - 32 : byte }

    private static func asciiLower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }

    static func upper(_ rune: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(rune) else { return rune }
        // Where the full mapping is longer than one scalar, the simple one is that of title case, if anything.
        return single(scalar.properties.uppercaseMapping) ?? single(scalar.properties.titlecaseMapping) ?? rune
    }

    static func lower(_ rune: UInt32) -> UInt32 {
        if rune == 0x130 { return 0x69 }
        guard let scalar = Unicode.Scalar(rune) else { return rune }
        return single(scalar.properties.lowercaseMapping) ?? rune
    }

    private static func single(_ mapping: String) -> UInt32? {
        let scalars = mapping.unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { return nil }
        return first.value
    }
}
