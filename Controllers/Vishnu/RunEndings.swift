import Model
public import ServiceLifecycle
import Synchronization

/// Ends runs beside the loop: what is left of a repair after it is recorded does not keep the next one waiting.
///
/// Endings are done one after the other. While it is not run, or when too many wait, the caller does its own.
public final class RunEndings: Service {
    private struct Ending: Sendable {
        let resources: [ResourceID]
        let body: @Sendable () async -> Void
    }

    private struct State {
        var isRunning = false
        /// How many endings are open of each resource.
        var touched: [ResourceID: Int] = [:]
        var waiters: [CheckedContinuation<Bool, Never>] = []
    }

    /// So many endings wait.
    static let limit = 64
    private let endings: AsyncStream<Ending>
    private let inbox: AsyncStream<Ending>.Continuation
    private let state = Mutex(State())
    private let executor: (any TaskExecutor)?

    /// Whether endings are taken.
    var isRunning: Bool { state.withLock(\.isRunning) }

    /// Makes a queue that is empty; `executor` is where endings run.
    public init(executor: (any TaskExecutor)? = nil) {
        self.executor = executor
        (endings, inbox) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
    }

    /// Ends what it is handed until graceful shutdown, and then what is left.
    public func run() async throws {
        state.withLock { $0.isRunning = true }
        await withGracefulShutdownHandler {
            await withTaskExecutorPreference(executor) {
                for await ending in endings {
                    await ending.body()
                    close(ending.resources)
                }
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isRunning = false }
            self.inbox.finish()
        }
        // What a cancelled task left is settled by recovery at the next start.
        wake { state in
            state.isRunning = false
            state.touched = [:]
        }
    }

    /// Hands over the end of a run that changed resources; it is done already when nobody takes it.
    func handOver(_ resources: [ResourceID], _ body: @escaping @Sendable () async -> Void) async {
        let isTaken = state.withLock { state in
            guard state.isRunning, case .enqueued = inbox.yield(Ending(resources: resources, body: body)) else {
                return false
            }
            for resource in resources { state.touched[resource, default: 0] += 1 }
            return true
        }
        if !isTaken { await body() }
    }

    /// Waits until no run is open that changed one of these resources; until none is open at all without them.
    func drained(of resources: [ResourceID]? = nil) async {
        while true {
            let isDrained = await withCheckedContinuation { continuation in
                let isDrained = state.withLock { state in
                    let isTouched = resources.map { $0.contains { state.touched[$0] != nil } } ?? !state.touched.isEmpty
                    if isTouched { state.waiters.append(continuation) }
                    return !isTouched
                }
                if isDrained { continuation.resume(returning: true) }
            }
            if isDrained { return }
        }
    }

    private func close(_ resources: [ResourceID]) {
        wake { state in
            for resource in resources {
                let left = (state.touched[resource] ?? 1) - 1
                state.touched[resource] = left == 0 ? nil : left
            }
        }
    }

    /// Changes the state and lets everybody look again who waits for it.
    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: false) }
    }
}
