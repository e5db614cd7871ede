/// How long to wait before the next attempt to connect.
///
/// Twice as long after each failure, up to a maximum, and by chance up to half of that less, so that many clients do
/// not come back to a server at once.
public struct ReconnectBackoff: Sendable {
    /// The delay after the first failure.
    public let initial: Duration
    /// The longest delay.
    public let maximum: Duration
    private let chance: @Sendable () -> Double

    /// Makes a backoff; `chance` gives numbers from 0 up to 1.
    public init(
        initial: Duration = .milliseconds(50), maximum: Duration = .seconds(15),
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        precondition(initial > .zero && maximum >= initial, "a backoff grows from a positive delay")
        self.initial = initial
        self.maximum = maximum
        self.chance = chance
    }

    /// The delay after so many failures in a row, one at least.
    public func delay(afterFailures failures: Int) -> Duration {
        var delay = initial
        for _ in 1..<max(1, min(failures, 64)) where delay < maximum { delay = delay * 2 }
        return min(delay, maximum) * (1 - chance() / 2)
    }
}
