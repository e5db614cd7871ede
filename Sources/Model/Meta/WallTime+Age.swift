extension WallTime {
    /// How long an earlier instant lies back, in the two most telling units as `kubectl get` shows them: `45s`,
    /// `3m12s`, `47m`, `5h10m`, `30h`, `3d4h`, `120d`, `2y30d`.
    public func age(since earlier: WallTime) -> String {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        guard !overflow, difference > 0 else { return "0s" }
        let seconds = difference / 1_000_000_000
        let minutes = seconds / 60
        let hours = minutes / 60
        let days = hours / 24
        switch true {
        case seconds < 120: return "\(seconds)s"
        case minutes < 10: return Self.join(minutes, "m", seconds % 60, "s")
        case minutes < 180: return "\(minutes)m"
        case hours < 8: return Self.join(hours, "h", minutes % 60, "m")
        case hours < 48: return "\(hours)h"
        case days < 8: return Self.join(days, "d", hours % 24, "h")
        case days < 730: return "\(days)d"
        case days < 2920: return Self.join(days / 365, "y", days % 365, "d")
        default: return "\(days / 365)y"
        }
    }

    private static func join(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
    }
}
