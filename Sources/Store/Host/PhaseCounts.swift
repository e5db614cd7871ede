import Model
import Synchronization

/// How many rows of resources are in each phase, as they were counted last: they are asked for more often than they
/// change, and counting goes through all of them.
final class PhaseCounts: Sendable {
    private struct Counted {
        let change: UInt64
        let counts: [ResourcePhase: Int]
    }

    private let change = Atomic<UInt64>(0)
    private let counted = Mutex<Counted?>(nil)

    /// Notes that rows changed, or may have.
    func noteChange() { change.add(1, ordering: .sequentiallyConsistent) }

    /// The counts, counted anew only after a change.
    ///
    /// What a body counts is at least as new as the last change that was noted before it began.
    func counts(_ count: () throws(StoreError) -> [ResourcePhase: Int]) throws(StoreError) -> [ResourcePhase: Int] {
        let change = change.load(ordering: .sequentiallyConsistent)
        if let known = counted.withLock({ $0 }), known.change == change { return known.counts }
        let counts = try count()
        counted.withLock { $0 = Counted(change: change, counts: counts) }
        return counts
    }
}
