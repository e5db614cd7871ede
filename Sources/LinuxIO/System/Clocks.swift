internal import CLinux
internal import Glibc

/// Time since an unknown start that stands still while the machine sleeps (`CLOCK_MONOTONIC`).
public func monotonicNow() -> Duration { sinceStart(CLOCK_MONOTONIC) }

/// Time since the machine started, sleep included (`CLOCK_BOOTTIME`).
public func bootTimeNow() -> Duration { sinceStart(CLOCK_BOOTTIME) }

/// The time of day (`CLOCK_REALTIME`), which can jump.
public func wallClockNow() -> Timestamp {
    let (seconds, nanoseconds) = read(CLOCK_REALTIME)
    return Timestamp(seconds: seconds, nanoseconds: UInt32(truncatingIfNeeded: nanoseconds))
}

private func sinceStart(_ clock: Int32) -> Duration {
    let (seconds, nanoseconds) = read(clock)
    return .seconds(seconds) + .nanoseconds(nanoseconds)
}

private func read(_ clock: Int32) -> (seconds: Int64, nanoseconds: Int64) {
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
    let result = cl_clock(clock, &seconds, &nanoseconds)
    precondition(result == 0, "the kernel lacks a clock that Linux has had since 2.6.39")
    return (seconds, nanoseconds)
}
