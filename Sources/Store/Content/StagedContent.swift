public import Model

/// A blob that is not stored yet, if it is small: it waits for the transaction that will refer to it.
public struct StagedContent: Sendable {
    /// What the bytes are.
    public let content: DeclaredContent
    /// What is still to be stored; empty for a large blob, which stands in a file already.
    let blobs: [StoredBlob]
    let store: ContentStore
}
