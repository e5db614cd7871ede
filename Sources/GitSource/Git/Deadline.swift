/// The moment by which an operation of several commands must be done.
struct Deadline: Sendable {
    let instant: ContinuousClock.Instant
    let timeout: Duration

    init(in timeout: Duration) {
        instant = .now + timeout
        self.timeout = timeout
    }
}
