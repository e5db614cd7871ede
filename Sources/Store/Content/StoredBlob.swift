import FoundationEssentials
import Model

/// A blob as a row of the content store holds it.
struct StoredBlob {
    /// Where and how the bytes stand.
    enum Form: Int64 {
        /// In the row, as they are.
        case plain = 1
        /// In the row, raw deflate.
        case compressed = 2
        /// In a file.
        case file = 3
        /// They were found not to fit their digest, and count as absent.
        case corrupt = 9
    }

    let content: DeclaredContent
    let form: Form
    /// How many bytes it takes.
    let storedSize: Int64
    /// The bytes of a blob in a row.
    let data: Data?

    /// Below this size compression saves less than the row around it costs.
    private static let compressionThreshold = 256

    /// A blob that stands in a file.
    init(file content: DeclaredContent, storedSize: Int64) {
        self.content = content
        self.storedSize = storedSize
        form = .file
        data = nil
    }

    /// A blob that stands in a row, compressed where that saves an eighth.
    init(inline bytes: [UInt8]) throws(StoreError) {
        content = DeclaredContent(digest: ContentDigest(hashing: bytes), size: Int64(bytes.count))
        let compressed = bytes.count > Self.compressionThreshold ? try Deflater.compress(bytes) : bytes
        if compressed.count < bytes.count / 8 * 7 {
            form = .compressed
            data = Data(column: compressed)
            storedSize = Int64(compressed.count)
        } else {
            form = .plain
            data = Data(column: bytes)
            storedSize = Int64(bytes.count)
        }
    }
}
