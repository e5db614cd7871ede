/// What is known of a server that does not answer: since when, and when to try again.
struct Outage: Sendable {
    private(set) var failures = 0
    private(set) var since: Duration?
    private(set) var nextAttempt: Duration = .zero
    private(set) var lastError: PostgresError?
    /// Whether somebody tries the server now.
    private(set) var isProbing = false

    /// What is to be waited for before the server is tried again.
    enum Wait: Equatable {
        /// There is no outage.
        case nothing
        /// The time of the next attempt.
        case delay(Duration)
        /// What comes of an attempt that is under way, for so long.
        case attempt(Duration)
        /// The outage lasts for longer than somebody has patience.
        case tooLong
    }

    /// What somebody waits for who has patience until `window` after the outage began.
    func wait(at now: Duration, window: Duration) -> Wait {
        guard let since else { return .nothing }
        let left = since + window - now
        let delay = max(.zero, nextAttempt - now)
        if isProbing, delay > .zero { return left > .zero ? .attempt(min(left, delay)) : .tooLong }
        return delay <= left ? .delay(delay) : .tooLong
    }

    /// Whether somebody may try the server now; who may is the only one until the attempt's end.
    ///
    /// While all is well, everybody may.
    mutating func admit(at now: Duration, patience: Duration) -> Bool {
        guard since != nil else { return true }
        guard now >= nextAttempt else { return false }
        // Should the attempt never end, somebody else may try after this.
        nextAttempt = now + patience
        isProbing = true
        return true
    }

    /// Records that an attempt failed; several that were under way as the server went are one.
    mutating func fail(_ error: PostgresError, at now: Duration, backoff: ReconnectBackoff) {
        lastError = error
        guard since == nil || isProbing || now >= nextAttempt else { return }
        isProbing = false
        failures += 1
        nextAttempt = now + backoff.delay(afterFailures: failures)
        if since == nil { since = now }
    }

    /// Lets somebody else try: the attempt that was admitted was not made.
    mutating func postpone(to now: Duration) {
        isProbing = false
        if since != nil { nextAttempt = min(nextAttempt, now) }
    }

    /// Records that the server answers.
    mutating func succeed() { self = Outage() }
}
