/// The hash of values: seeded once in a process, so that nobody who chooses keys can choose collisions.
enum RegoHash {
    /// Never visible in a result, for all iteration is in sorted order.
    static let seed = UInt64.random(in: .min ... .max) | 1

    static let null = mix(seed, 0x9E37_79B9_7F4A_7C15)
    static let emptyArray = mix(seed, 0xA076_1D64_78BD_642F)
    static let emptyObject = mix(seed, 0xE703_7ED1_A0B4_28DB)
    static let emptySet = mix(seed, 0x8EBC_6AF0_9C88_C6E3)

    @inline(__always)
    static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(by: right ^ 0x8BB8_4B93_962E_ACC9)
        return product.high ^ product.low
    }

    @inline(__always)
    static func integer(_ value: Int64) -> UInt64 { mix(UInt64(bitPattern: value), seed) }

    @inline(__always)
    static func boolean(_ value: Bool) -> UInt64 { mix(value ? 0x589965CC75374CC3 : 0x1D8E4E27C47D124F, seed) }

    /// Eight bytes at a time; also says whether all of them are ASCII.
    static func bytes(_ bytes: UnsafeRawBufferPointer) -> (hash: UInt64, isASCII: Bool) {
        // Safety: every load lies below `count`, and the buffer outlives the call.
        var hash = seed
        var high: UInt64 = 0
        var offset = 0
        let count = bytes.count
        while offset &+ 8 <= count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            high |= word
            hash = mix(hash ^ word, 0xA076_1D64_78BD_642F)
            offset &+= 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < count {
            tail |= UInt64(bytes[offset]) << shift
            shift &+= 8
            offset &+= 1
        }
        high |= tail
        hash = mix(hash ^ tail, UInt64(truncatingIfNeeded: count) ^ 0xE703_7ED1_A0B4_28DB)
        return (hash, high & 0x8080_8080_8080_8080 == 0)
    }
}
