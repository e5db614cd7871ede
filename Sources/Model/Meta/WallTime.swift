/// A wall-clock instant in nanoseconds since 1970, for display and records; never for order or timers (DESIGN 13).
public struct WallTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let nanoseconds: Int64

    /// Makes an instant from nanoseconds since 1970.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes an instant from seconds since 1970; seconds beyond the years 1678 to 2262 become the nearest bound.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Orders by time.
    public static func < (left: WallTime, right: WallTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant moved by a number of seconds, within the same bounds.
    public func adding(seconds: Int64) -> WallTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(WallTime(seconds: seconds).nanoseconds)
        return WallTime(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : sum)
    }
}
