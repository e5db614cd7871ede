import Crypto

/// Computes a digest of bytes that come in pieces.
public struct ContentHasher: Sendable {
    private var hash = SHA256()

    /// Begins with no bytes.
    public init() {}

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    // Safety: the pointer is read during the call only, while the caller keeps its memory valid.
    /// Adds the bytes in a buffer, which is not kept.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// The digest of everything that was added.
    public consuming func finish() -> ContentDigest {
        // Safety: SHA-256 always has 32 bytes, which are read within the closure.
        hash.finalize().withUnsafeBytes { bytes in
            func word(_ number: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: number * 8, as: UInt64.self))
            }
            return ContentDigest(words: (word(0), word(1), word(2), word(3)))
        }
    }
}
