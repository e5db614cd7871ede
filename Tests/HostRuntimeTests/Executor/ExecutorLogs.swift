import Glibc
import Synchronization

@testable import HostRuntime

/// How large the campaigns are: all of them together take a minute, unless `AETHEREDGE_CAMPAIGN=full` asks for
/// everything.
enum Campaign {
    static let isFull = getenv("AETHEREDGE_CAMPAIGN").map { String(cString: $0) } == "full"

    /// Each how many points a campaign stops.
    static func stride(_ sample: Int) -> Int { isFull ? 1 : sample }
}

/// Notes every boundary.
final class BoundaryLog: Sendable {
    private let points = Mutex<[Boundary]>([])

    var all: [Boundary] { points.withLock { $0 } }

    var hook: BoundaryHook {
        { [self] (point: Boundary) throws(BoundaryCrash) in points.withLock { $0.append(point) } }
    }
}

/// Notes how far a run came.
final class ProgressLog: Sendable {
    private let steps = Mutex<[RunProgress]>([])

    var all: [RunProgress] { steps.withLock { $0 } }

    func note(_ progress: RunProgress) { steps.withLock { $0.append(progress) } }
}

/// Opens once.
final class Gate: Sendable {
    private let isOpen = Mutex(true)

    func pass() -> Bool {
        isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
    }
}

extension ExecutorFixture {
    /// Does something when a boundary is passed for the first time.
    func once(at point: Boundary, _ body: @escaping @Sendable () -> Void) {
        let gate = Gate()
        hook = { passed in
            if passed == point, gate.pass() { body() }
        }
    }

    /// Temporaries that are on the host.
    var leftovers: [String] {
        host.snapshot().keys.filter { $0.contains("/" + TemporaryName.prefix) }.sorted()
    }
}

extension RunOutcome {
    /// Why the run was rolled back; nil when it was not.
    var rollbackCause: RunFailure? {
        if case .rolledBack(let failure) = self { failure } else { nil }
    }

    /// Why the run failed and what is left; nil when it did not.
    var failureCause: (RunFailure, [UndoFailure])? {
        if case .failed(let failure, let left) = self { (failure, left) } else { nil }
    }
}

extension RunMachine.Action {
    /// Why the run is undone; nil when it is not.
    func undoCause(isRecorded: Bool) -> RunFailure? {
        if case .undo(let failure, isRecorded) = self { failure } else { nil }
    }
}
