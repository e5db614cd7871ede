/// The bounds of the audit log.
public struct AuditLimits: Sendable, Hashable {
    /// At this size a segment ends and the next begins.
    public var segmentBytes: Int64
    /// More segments are not kept; the oldest goes, and its head stays in the chain.
    public var segments: Int

    /// Sets bounds.
    public init(segmentBytes: Int64, segments: Int) {
        self.segmentBytes = segmentBytes
        self.segments = segments
    }

    /// 64 segments of 4 MiB.
    public static let standard = AuditLimits(segmentBytes: 4 << 20, segments: 64)
}
