/// A clock that moves a simulated host instead of waiting.
package struct SimulatedClock: Clock {
    private static let origin = ContinuousClock.now
    private let host: SimulatedHost

    /// The host's time since boot.
    package var now: ContinuousClock.Instant { Self.origin.advanced(by: .nanoseconds(host.bootTime())) }
    /// The host's time is exact.
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Makes the clock of a host.
    package init(host: SimulatedHost) { self.host = host }

    /// Moves the host to the deadline.
    package func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let (seconds, attoseconds) = now.duration(to: deadline).components
        host.advance(by: max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }
}
