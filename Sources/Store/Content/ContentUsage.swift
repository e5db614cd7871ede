/// How full a content store is.
public struct ContentUsage: Sendable, Hashable {
    /// How many blobs there are.
    public var blobs: Int
    /// How many bytes they take as they are stored.
    public var storedBytes: Int64
    /// How many recoverable versions there are.
    public var versions: Int

    /// Says how full a store is.
    public init(blobs: Int, storedBytes: Int64, versions: Int) {
        self.blobs = blobs
        self.storedBytes = storedBytes
        self.versions = versions
    }
}
