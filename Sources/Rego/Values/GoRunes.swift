/// Unicode scalars of bytes as Go reads them: a byte that starts nothing valid is one U+FFFD and one byte long.
enum GoRunes {
    static let replacement: UInt32 = 0xFFFD

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// The scalar at an offset and how many bytes it takes; the offset must lie inside.
    @inline(__always)
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> (rune: UInt32, width: Int) {
        let first = bytes[offset]
        if first < 0x80 { return (UInt32(first), 1) }
        return decodeWide(bytes, at: offset, first: first)
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    private static func decodeWide(
        _ bytes: UnsafeBufferPointer<UInt8>, at offset: Int, first: UInt8
    ) -> (rune: UInt32, width: Int) {
        let width = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard width > 0, offset + width <= bytes.count else { return (replacement, 1) }
        var rune = UInt32(first & (0x7F >> UInt8(width)))
        for index in 1..<width {
            let byte = bytes[offset + index]
            guard byte & 0xC0 == 0x80 else { return (replacement, 1) }
            rune = rune << 6 | UInt32(byte & 0x3F)
        }
        let isShortest = width == 2 || (width == 3 && rune >= 0x800) || (width == 4 && rune >= 0x1_0000)
        guard isShortest, rune <= 0x10_FFFF, !(0xD800...0xDFFF).contains(rune) else { return (replacement, 1) }
        return (rune, width)
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    static func count(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        var offset = 0
        while offset < bytes.count {
            offset += decode(bytes, at: offset).width
            count += 1
        }
        return count
    }

    static func append(_ rune: UInt32, to bytes: inout [UInt8]) {
        switch rune {
        case 0..<0x80: bytes.append(UInt8(rune))
        case 0x80..<0x800:
            bytes.append(0xC0 | UInt8(rune >> 6))
            bytes.append(0x80 | UInt8(rune & 0x3F))
        case 0xD800...0xDFFF: append(replacement, to: &bytes)
        case 0x800..<0x1_0000:
            bytes.append(0xE0 | UInt8(rune >> 12))
            bytes.append(0x80 | UInt8(rune >> 6 & 0x3F))
            bytes.append(0x80 | UInt8(rune & 0x3F))
        case 0x1_0000...0x10_FFFF:
            bytes.append(0xF0 | UInt8(rune >> 18))
            bytes.append(0x80 | UInt8(rune >> 12 & 0x3F))
            bytes.append(0x80 | UInt8(rune >> 6 & 0x3F))
            bytes.append(0x80 | UInt8(rune & 0x3F))
        default: append(replacement, to: &bytes)
        }
    }
}

extension RegoString {
    /// The Unicode scalars, as Go's conversion to a slice of runes.
    var runes: [UInt32] {
        withBytes { bytes in
            var runes: [UInt32] = []
            runes.reserveCapacity(bytes.count)
            var offset = 0
            while offset < bytes.count {
                let (rune, width) = GoRunes.decode(bytes, at: offset)
                runes.append(rune)
                offset += width
            }
            return runes
        }
    }

    /// The string of Unicode scalars.
    init(runes: some Sequence<UInt32>) {
        var bytes: [UInt8] = []
        for rune in runes { GoRunes.append(rune, to: &bytes) }
        self.init(utf8: bytes)
    }
}
