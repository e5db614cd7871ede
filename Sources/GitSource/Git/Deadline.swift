/// The moment by which an operation of several commands must be done.
struct Deadline: Sendable {
    let instant: ContinuousClock.Instant
    /// What runs out of time then.
    let expiry: GitSourceError

    init(in timeout: Duration, for activity: String) {
        instant = .now + timeout
        expiry = GitSourceError(.timeout, "cannot \(activity): it took longer than \(timeout) and was stopped")
    }
}
