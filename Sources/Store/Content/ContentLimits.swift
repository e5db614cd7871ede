/// The bounds of a content store.
public struct ContentLimits: Sendable, Hashable {
    /// The most bytes that all blobs together may take, as they are stored.
    public var byteCap: Int64
    /// The most bytes that the recoverable versions of one resource may have; its first and last always stay.
    public var resourceQuota: Int64
    /// How long replaced bytes stay recoverable.
    public var retention: Duration

    /// Sets bounds.
    public init(byteCap: Int64, resourceQuota: Int64, retention: Duration) {
        self.byteCap = byteCap
        self.resourceQuota = resourceQuota
        self.retention = retention
    }

    /// 2 GiB in all, 256 MiB for one resource, 30 days.
    public static let standard = ContentLimits(
        byteCap: 2 << 30, resourceQuota: 256 << 20, retention: .seconds(30 * 86_400))
}
