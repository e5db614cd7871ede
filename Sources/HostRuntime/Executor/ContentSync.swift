import LinuxIO
import Synchronization

/// The sync of what very many steps write under temporary names, on one thread beside those that write: of what is
/// there when half is written, and then of all.
///
/// The disk is busy from the middle on, and no second thread waits for it.
final class ContentSync: Sendable {
    private struct State {
        var isRunning = false
        var isAllWritten = false
        var thread: PendingCall<Never>?
        var failure: StepStop?
    }

    private let worker: any BlockingWorker
    private let sync: @Sendable () throws(StepStop) -> Void
    private let state = Mutex(State())
    private let outcome = PendingCall<StepStop>()

    /// Makes one that has not begun; `sync` makes durable what is written so far.
    init(on worker: any BlockingWorker, sync: @escaping @Sendable () throws(StepStop) -> Void) {
        self.worker = worker
        self.sync = sync
    }

    /// Begins with what is written so far.
    func begin() { start { _ in } }

    /// Says that all is written, and returns what its sync is waited for with.
    func finish() -> PendingCall<StepStop> {
        start { $0.isAllWritten = true }
        return outcome
    }

    /// Waits until nothing is synced any more, where the rest is not written.
    func abandon() {
        state.withLock { $0.thread }?.wait()
    }

    private func start(_ note: (inout State) -> Void) {
        let isIdle = state.withLock { state in
            note(&state)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isIdle else { return }
        let thread = worker.begin { () throws(Never) in self.run() }
        state.withLock { $0.thread = thread }
    }

    /// Syncs until all that was written is durable, or a failure comes.
    private func run() {
        while true {
            let (isLast, failure) = state.withLock { ($0.isAllWritten, $0.failure) }
            let result = failure.map { .failure($0) } ?? Result { () throws(StepStop) in try sync() }
            if isLast { return outcome.finish(result) }
            let isDone = state.withLock { state in
                if case .failure(let stop) = result { state.failure = stop }
                state.isRunning = state.isAllWritten
                return !state.isRunning
            }
            if isDone { return }
        }
    }
}
