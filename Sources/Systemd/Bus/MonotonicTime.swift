import Glibc

/// An instant of CLOCK_MONOTONIC in microseconds: the clock of sd-bus timeouts and of condition variables.
struct MonotonicTime: Comparable, Sendable {
    let microseconds: UInt64

    static var now: MonotonicTime {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(microseconds: UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000)
    }

    /// Saturates, so that any timeout is allowed.
    static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (sum, overflow) = time.microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        return MonotonicTime(microseconds: overflow ? .max : sum)
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.microseconds < right.microseconds }

    /// The microseconds from now until this instant; zero once it has passed.
    var remaining: UInt64 {
        let now = MonotonicTime.now.microseconds
        return microseconds > now ? microseconds - now : 0
    }

    /// The same as a duration.
    var remainingDuration: Duration { .microseconds(Int64(clamping: remaining)) }

    var timespec: timespec {
        Glibc.timespec(tv_sec: Int(clamping: microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
    }
}

extension Duration {
    /// Whole microseconds, zero for a negative duration and the largest number for one that does not fit.
    var wholeMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000_000))
        return overflow || carry ? .max : sum
    }
}
