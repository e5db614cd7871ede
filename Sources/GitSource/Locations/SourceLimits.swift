/// How much a source may hold.
public struct SourceLimits: Sendable, Equatable {
    /// The most files and links.
    public var entryCountMaximum: Int
    /// The largest file, in bytes.
    public var fileSizeMaximum: Int
    /// All files together, in bytes.
    public var totalSizeMaximum: Int

    /// Makes limits; the defaults leave room for a site of many hosts, and for large payload files.
    public init(
        entryCountMaximum: Int = 100_000, fileSizeMaximum: Int = 1 << 30, totalSizeMaximum: Int = 4 << 30
    ) {
        self.entryCountMaximum = entryCountMaximum
        self.fileSizeMaximum = fileSizeMaximum
        self.totalSizeMaximum = totalSizeMaximum
    }
}
