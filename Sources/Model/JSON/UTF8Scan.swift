/// Finds where bytes stop being UTF-8.
enum UTF8Scan {
    /// The offset of the first byte that begins no valid sequence, or nil when all bytes are UTF-8.
    static func firstInvalid(in bytes: [UInt8], from start: Int = 0) -> Int? {
        var index = start
        while index < bytes.count {
            let length = sequenceLength(in: bytes, at: index)
            guard length > 0 else { return index }
            index += length
        }
        return nil
    }

    /// The bounds of the second byte exclude overlong forms, surrogates and values above U+10FFFF (RFC 3629, 4).
    private static func sequenceLength(in bytes: [UInt8], at index: Int) -> Int {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[index] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
        for position in index + 2..<max(index + length, index + 2) where bytes[position] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
