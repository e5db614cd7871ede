/// How long leaders last.
///
/// None of it keeps two leaders from writing, for that is done by epochs: it says how soon another takes over.
public struct LeaderElectionTiming: Sendable, Hashable {
    /// A lease that was not renewed for so long is free.
    public let leaseDuration: Duration
    /// The leader renews its lease so often.
    public let renewInterval: Duration
    /// Everybody else asks for it so often.
    public let retryInterval: Duration

    /// The defaults are those of Kubernetes, within a few seconds: a leader that dies is replaced in about 15 seconds.
    public init(
        leaseDuration: Duration = .seconds(15), renewInterval: Duration = .seconds(5),
        retryInterval: Duration = .seconds(3)
    ) {
        precondition(
            renewInterval > .zero && retryInterval > .zero && leaseDuration > renewInterval,
            "a lease lasts for longer than it takes to renew it")
        self.leaseDuration = leaseDuration
        self.renewInterval = renewInterval
        self.retryInterval = retryInterval
    }
}
