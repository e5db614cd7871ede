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
        // SHA-256 always has 32 bytes, so the words are always complete.
        var words: [UInt64] = [0, 0, 0, 0]
        for (position, byte) in hash.finalize().enumerated() {
            words[position / 8] = words[position / 8] << 8 | UInt64(byte)
        }
        return ContentDigest(words: (words[0], words[1], words[2], words[3]))
    }
}
