internal import LinuxIO
internal import Model
internal import Store

/// 128 bits that stand for a version of a file.
///
/// The seed is random per process, so that nobody can prepare two versions with one fingerprint.
struct Fingerprint: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64

    /// The fingerprint of content: what the kernel changes whenever the bytes change.
    init(content identity: FileIdentity, seed: UInt64) {
        var mixer = Mixer(seed: seed)
        mixer.mix(identity)
        (first, second) = mixer.finish()
    }

    /// The fingerprint of content and metadata.
    init(all status: FileStatus, seed: UInt64) {
        var mixer = Mixer(seed: seed)
        mixer.mix(FileIdentity(status))
        mixer.mix(UInt64(status.owner) << 32 | UInt64(status.group))
        mixer.mix(UInt64(status.permissions) << 8 | UInt64(status.type.rawValue))
        (first, second) = mixer.finish()
    }

    /// Two lanes of multiply and fold, in the manner of wyhash.
    private struct Mixer {
        private var left: UInt64
        private var right: UInt64

        init(seed: UInt64) {
            left = seed ^ 0xa076_1d64_78bd_642f
            right = seed.byteSwapped ^ 0xe703_7ed1_a0b4_28db
        }

        @inline(__always)
        mutating func mix(_ identity: FileIdentity) {
            mix(identity.device)
            mix(identity.inode)
            mix(UInt64(bitPattern: identity.size))
            mix(UInt64(bitPattern: identity.modified))
            mix(UInt64(bitPattern: identity.changed))
        }

        @inline(__always)
        mutating func mix(_ word: UInt64) {
            left = Self.fold(left ^ word, 0x8ebc_6af0_9c88_c6e3) &+ 0x9e37_79b9_7f4a_7c15
            right = Self.fold(right &+ word, 0x5899_65cc_7537_4cc3) ^ (word &<< 23 | word &>> 41)
        }

        func finish() -> (UInt64, UInt64) {
            (Self.fold(left ^ right.byteSwapped, 0x1d8e_4e27_c47d_124f), Self.fold(right, left | 1))
        }

        @inline(__always)
        private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let product = a.multipliedFullWidth(by: b)
            return product.high ^ product.low
        }
    }
}
