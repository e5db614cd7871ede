public import Model
import Synchronization

/// A blob that comes in pieces: hashed and, once it is not small any more, compressed into a file as it comes.
///
/// Nothing is stored before `finish`; a writer that is dropped leaves nothing behind.
public struct ContentWriter: ~Copyable {
    private let store: ContentStore
    private var hasher = ContentHasher()
    private var size: Int64 = 0
    private var head: [UInt8] = []
    private var file: BlobFile?

    init(_ store: ContentStore) { self.store = store }

    /// Adds bytes.
    ///
    /// Throws `.full` when the file system has no room.
    public mutating func append(_ bytes: [UInt8]) throws(StoreError) {
        // Safety: the buffer is read within the closure only.
        try withBytes(of: bytes) { (buffer) throws(StoreError) in try append(buffer) }
    }

    // Safety: the buffer is read during the call only, while the caller keeps its memory valid.
    /// Adds the bytes in a buffer, which is not kept.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        hasher.update(bytes)
        size += Int64(bytes.count)
        if let file { return try file.write(bytes) }
        head.append(contentsOf: bytes)
        guard head.count > ContentStore.inlineLimit, let files = store.files else { return }
        let file = try files.create()
        self.file = file
        // Safety: the buffer is read within the closure only.
        try withBytes(of: head) { (buffer) throws(StoreError) in try file.write(buffer) }
        head = []
    }

    /// Stores the blob and says what it is.
    ///
    /// Throws `.full` when nothing more can make room for it.
    public consuming func finish() throws(StoreError) -> DeclaredContent {
        let store = store
        let staged = try stage()
        try store.insert(staged.blobs)
        return staged.content
    }

    /// Prepares the blob for the transaction that will refer to it, see `RunJournal.recordIntents`; a large one is
    /// stored at once.
    ///
    /// Throws `.full` when nothing more can make room for a large one.
    public consuming func stage() throws(StoreError) -> StagedContent {
        guard let file else {
            let blob = try StoredBlob(inline: head)
            return StagedContent(content: blob.content, blobs: [blob], store: store)
        }
        let content = DeclaredContent(digest: hasher.finish(), size: size)
        let staged = StagedContent(content: content, blobs: [], store: store)
        if try store.contains(content.digest) { return staged }
        let storedSize = try file.seal(content)
        store.underway.withLock { _ = $0.insert(content.digest) }
        defer { store.underway.withLock { _ = $0.remove(content.digest) } }
        try file.publish(content)
        try store.insert([StoredBlob(file: content, storedSize: storedSize)])
        return staged
    }
}
