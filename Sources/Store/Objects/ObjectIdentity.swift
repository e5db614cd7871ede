import Model

/// Makes uids in the form of UUIDs.
enum ObjectIdentity {
    /// A random uid (version 4).
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// A uid from a generator's numbers, so that a seeded one makes the same uids again.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let word = generator.next()
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return text(bytes, version: 0x40)
    }

    /// The uid that follows from a name (version 8: the bytes are the maker's own).
    static func derived(from name: String) -> String {
        text(Array(ContentDigest(hashing: name).bytes.prefix(16)), version: 0x80)
    }

    private static func text(_ random: [UInt8], version: UInt8) -> String {
        var bytes = random
        bytes[6] = bytes[6] & 0x0f | version
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (position, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(position) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
