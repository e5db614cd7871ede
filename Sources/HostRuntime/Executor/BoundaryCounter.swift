import Synchronization

/// Counts boundaries and calls a body at one of them: the daemon kills itself there in crash tests.
public final class BoundaryCounter: Sendable {
    private let count = Atomic<Int>(0)
    private let target: Int
    private let body: @Sendable () throws(BoundaryCrash) -> Void

    /// Calls `body` at the boundary with this number, counted from 1.
    public init(at target: Int, _ body: @escaping @Sendable () throws(BoundaryCrash) -> Void) {
        self.target = target
        self.body = body
    }

    /// How many boundaries were passed.
    public var passed: Int { count.load(ordering: .relaxed) }

    /// The hook that counts.
    public var hook: BoundaryHook {
        { [self] (_: Boundary) throws(BoundaryCrash) in
            if count.add(1, ordering: .relaxed).newValue == target { try body() }
        }
    }
}
