/// Bounds of the executor.
public struct ExecutorConfiguration: Sendable, Hashable {
    /// How long one action on a unit may take; longer than systemd's own start limit of 90 s, so that systemd's answer
    /// comes first.
    public var unitTimeoutSeconds = 100
    /// The most entries of a directory tree that one step removes; more are refused.
    public var treeEntriesMaximum = 10_000
    /// How many file steps it takes before they are prepared on all threads.
    public var parallelStepsMinimum = 16
    /// A file changed more recently than this is compared by its bytes, not by its times: a few ticks of the kernel's
    /// clock.
    public var youngFileNanoseconds: Int64 = 100_000_000
    /// How long a unit must stay active for a probe to pass.
    public var settleSeconds = 1

    /// Makes the defaults.
    public init() {}
}
