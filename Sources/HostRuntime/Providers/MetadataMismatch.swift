public import Model

/// Owner, group and mode of a path below a recursive directory, as far as they differ from what it gives them.
public struct MetadataMismatch: Sendable, Hashable {
    /// What was observed of the parts that differ.
    public var observed: FileMetadata
    /// What the parts that differ should be.
    public var wanted: FileMetadata

    /// Makes a mismatch.
    public init(observed: FileMetadata, wanted: FileMetadata) {
        self.observed = observed
        self.wanted = wanted
    }
}
