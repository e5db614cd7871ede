/// Finding bytes in bytes.
enum ByteSearch {
    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// Where a needle begins at or after an offset, or nil; linear in both.
    static func index(
        of needle: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0
    ) -> Int? {
        if needle.isEmpty { return start <= bytes.count ? start : nil }
        guard bytes.count - start >= needle.count else { return nil }
        if needle.count > 16 { return indexOfLong(needle, in: bytes, from: start) }
        let first = needle[0]
        var offset = start
        let last = bytes.count - needle.count
        while offset <= last {
            if bytes[offset] == first {
                var length = 1
                while length < needle.count, bytes[offset &+ length] == needle[length] { length &+= 1 }
                if length == needle.count { return offset }
            }
            offset &+= 1
        }
        return nil
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// Knuth, Morris and Pratt, for needles whose repetition could make the plain search quadratic.
    private static func indexOfLong(
        _ needle: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        var fallback = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in 1..<needle.count {
            while length > 0, needle[index] != needle[length] { length = fallback[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            fallback[index] = length
        }
        length = 0
        for offset in start..<bytes.count {
            while length > 0, bytes[offset] != needle[length] { length = fallback[length - 1] }
            if bytes[offset] == needle[length] { length += 1 }
            if length == needle.count { return offset + 1 - length }
        }
        return nil
    }
}

extension RegoString {
    func firstIndex(of needle: RegoString, from start: Int = 0) -> Int? {
        withBytes { bytes in needle.withBytes { ByteSearch.index(of: $0, in: bytes, from: start) } }
    }

    func hasPrefix(_ prefix: RegoString) -> Bool {
        utf8Count >= prefix.utf8Count && withBytes { bytes in prefix.withBytes { bytes.starts(with: $0) } }
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    func hasSuffix(_ suffix: RegoString) -> Bool {
        utf8Count >= suffix.utf8Count
            && withBytes { bytes in
                suffix.withBytes { UnsafeBufferPointer(rebasing: bytes[(bytes.count - $0.count)...]).elementsEqual($0) }
            }
    }

    /// The bytes of a range.
    func slice(_ range: Range<Int>) -> RegoString {
        if range.lowerBound == 0, range.upperBound == utf8Count { return self }
        // Safety: the bytes are lent for the call, and every index stays below their count.
        return withBytes { RegoString(utf8: UnsafeBufferPointer(rebasing: $0[range])) }
    }
}
