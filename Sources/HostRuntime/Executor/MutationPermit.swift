import Store

/// Proof that a mutation belongs to a durable step of a run.
///
/// Only this file can make one, and only the executor's hand asks it to (I1): the initializer is private to the file,
/// and the one door is the extension below.
public struct MutationPermit: ~Copyable {
    /// The run whose step is carried out.
    public let run: String

    fileprivate init(run: String) { self.run = run }
}

extension StepHand {
    /// The permit for the run whose steps this hand carries out.
    func permit() -> MutationPermit { MutationPermit(run: run.name) }
}

extension MutationPermit {
    /// A permit for tests of hosts, which change a host without a run.
    ///
    /// The tidy test allows its import in Tests only.
    @_spi(HostTesting) public static func forTests() -> MutationPermit { MutationPermit(run: "test") }
}
