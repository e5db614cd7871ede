/// A point in wall-clock time, as the kernel gives it.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64
    /// Nanoseconds within the second.
    public let nanoseconds: UInt32

    /// Makes a point in time.
    public init(seconds: Int64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z, wrapping beyond the year 2262.
    public var nanosecondsSinceEpoch: Int64 {
        seconds &* 1_000_000_000 &+ Int64(nanoseconds)
    }

    /// The time between two points.
    public func duration(since earlier: Timestamp) -> Duration {
        .seconds(seconds - earlier.seconds) + .nanoseconds(Int64(nanoseconds) - Int64(earlier.nanoseconds))
    }
}
