import Model
import Synchronization

/// The small content that a run wrote last: many files often get the same, and reading it from the store for each
/// would cost more than writing it.
final class RecentContent: Sendable {
    private struct Entry {
        var digest: ContentDigest
        var bytes: [UInt8]
    }

    /// Larger content is streamed each time.
    private let sizeMaximum = 64 << 10
    private let entry = Mutex<Entry?>(nil)

    /// The bytes of a digest, when it is the one.
    func bytes(of digest: ContentDigest) -> [UInt8]? {
        entry.withLock { $0?.digest == digest ? $0?.bytes : nil }
    }

    /// Keeps content that was read whole and checked.
    func keep(_ bytes: [UInt8], of digest: ContentDigest) {
        guard bytes.count <= sizeMaximum else { return }
        entry.withLock { $0 = Entry(digest: digest, bytes: bytes) }
    }
}
