/// Exponential backoff: the delay doubles with each failure in a row, up to a maximum.
public struct Backoff: Sendable, Hashable {
    /// The delay after the first failure.
    public let initial: Duration
    /// The longest delay.
    public let maximum: Duration

    /// Makes a backoff.
    ///
    /// The defaults are a second and five minutes: a host's own faults rarely go away faster, and an operator who
    /// mended one does not want to wait longer.
    public init(initial: Duration = .seconds(1), maximum: Duration = .seconds(300)) {
        precondition(initial > .zero && maximum >= initial, "a backoff grows from a positive delay")
        self.initial = initial
        self.maximum = maximum
    }

    /// The delay after this many earlier failures in a row.
    public func delay(afterFailures failures: Int) -> Duration {
        var delay = initial
        for _ in 0..<max(0, failures) {
            delay = delay * 2
            if delay >= maximum { return maximum }
        }
        return min(delay, maximum)
    }
}
