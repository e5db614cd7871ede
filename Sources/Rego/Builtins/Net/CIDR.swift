/// An address of the internet, four-byte ones among the sixteen-byte ones as ::ffff:a.b.c.d.
struct IPAddress: Hashable, Comparable {
    let value: UInt128
    let isFour: Bool

    static let mapped = UInt128(0xFFFF) << 32

    init(value: UInt128, isFour: Bool) {
        self.value = value
        self.isFour = isFour
    }

    /// Reads the text of an address, without a zone; nil when it is none.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        if bytes.contains(UInt8(ascii: ":")) {
            guard let value = IPAddress.six(bytes) else { return nil }
            self.init(value: value, isFour: value >> 32 == 0xFFFF)
        } else {
            guard let value = IPAddress.four(bytes[...]) else { return nil }
            self.init(value: IPAddress.mapped | UInt128(value), isFour: true)
        }
    }

    static func < (left: IPAddress, right: IPAddress) -> Bool { left.value < right.value }

    private static func four(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard !part.isEmpty, part.count <= 3, part.allSatisfy({ $0 &- 48 <= 9 }),
                part.count == 1 || part.first != 48
            else { return nil }
            let number = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 48) }
            guard number < 256 else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func six(_ bytes: [UInt8]) -> UInt128? {
        var groups: [UInt16] = []
        var gap: Int?
        var offset = 0
        if bytes.starts(with: "::".utf8) {
            gap = 0
            offset = 2
        }
        while offset < bytes.count {
            let end = bytes[offset...].firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            let part = bytes[offset..<end]
            if part.contains(UInt8(ascii: ".")) {
                guard end == bytes.count, let low = four(part), groups.count <= 6 else { return nil }
                groups += [UInt16(low >> 16), UInt16(low & 0xFFFF)]
                offset = end
                break
            }
            guard (1...4).contains(part.count),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16), part.first != 43
            else { return nil }
            groups.append(group)
            if groups.count > 8 { return nil }
            offset = end
            if offset == bytes.count { break }
            offset += 1
            if offset == bytes.count { return nil }
            if bytes[offset] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                offset += 1
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
    }

    /// The text of RFC 5952.
    var text: String {
        if isFour {
            let value = UInt32(truncatingIfNeeded: value)
            return "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - $0 * 16)) }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > Swift.max(1, longest.count) { longest = start..<end }
            start = Swift.max(end, start + 1)
        }
        func shown(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        if longest.isEmpty { return shown(0..<8) }
        return shown(0..<longest.lowerBound) + "::" + shown(longest.upperBound..<8)
    }
}

/// A range of addresses with a common prefix.
struct CIDR {
    /// The address as it was written, or the first one.
    let address: IPAddress
    /// The length of the prefix among 128 bits.
    let prefix: Int

    init(address: IPAddress, prefix: Int) {
        self.address = address
        self.prefix = prefix
    }

    /// Reads `address/length`; nil when it is none.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), !parts[1].isEmpty, parts[1].utf8.count <= 3,
            parts[1].utf8.allSatisfy({ $0 &- 48 <= 9 }), let length = Int(parts[1])
        else { return nil }
        let isWrittenFour = !parts[0].utf8.contains(UInt8(ascii: ":"))
        guard length <= (isWrittenFour ? 32 : 128) else { return nil }
        prefix = isWrittenFour ? length + 96 : length
        let first = address.value & CIDR.mask(prefix)
        self.address = IPAddress(value: first, isFour: isWrittenFour || first >> 32 == 0xFFFF)
    }

    private static func mask(_ prefix: Int) -> UInt128 { prefix == 0 ? 0 : ~UInt128(0) << UInt128(128 - prefix) }

    var first: UInt128 { address.value & CIDR.mask(prefix) }

    var last: UInt128 { first | ~CIDR.mask(prefix) }

    var text: String { "\(address.text)/\(address.isFour ? prefix - 96 : prefix)" }

    func contains(_ other: IPAddress) -> Bool {
        other.isFour == address.isFour && other.value & CIDR.mask(prefix) == first
    }

    /// The fewest ranges that hold all addresses between two.
    static func covering(_ first: UInt128, _ last: UInt128, isFour: Bool) -> [CIDR] {
        func hosts(_ bits: Int) -> UInt128 { (UInt128(1) << UInt128(bits)) - 1 }
        var made: [CIDR] = []
        var next = first
        while true {
            var bits = Swift.min(next.trailingZeroBitCount, isFour ? 32 : 128)
            while bits > 0, bits == 128 ? last != .max : (next | hosts(bits)) > last { bits -= 1 }
            made.append(CIDR(address: IPAddress(value: next, isFour: isFour), prefix: 128 - bits))
            if bits == 128 { return made }
            let end = next | hosts(bits)
            if end >= last { return made }
            next = end + 1
        }
    }
}
