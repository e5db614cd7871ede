public import HostRuntime
package import Model
public import ServiceLifecycle
import Synchronization

/// Ends runs beside the loop: what is left of a repair after it is recorded does not keep the next one waiting.
///
/// Endings wait until no repair came for a moment, and are then done together, so that their syncs neither delay the
/// repairs of a burst nor come one for each. Whoever needs one earlier does all that wait. While it is not run, the
/// caller does its own.
public final class RunEndings<Run: Sendable>: Service {
    /// Ends runs together.
    public typealias End = @Sendable (_ runs: [Run]) async -> [RunOutcome]

    private struct Ending: Sendable {
        let resources: [ResourceID]
        let run: Run
        let conclude: @Sendable (RunOutcome) async -> Void
    }

    private struct State {
        var isRunning = false
        var pending: [Ending] = []
        var notes: [@Sendable () async -> Void] = []
        /// How many endings were handed over.
        var handedOver = 0
        /// How many endings are open of each resource.
        var touched: [ResourceID: Int] = [:]
        var waiters: [CheckedContinuation<Bool, Never>] = []

        /// Takes the oldest.
        mutating func take(_ count: Int = .max) -> [Ending] {
            let taken = Array(pending.prefix(count))
            pending.removeFirst(taken.count)
            return taken
        }

        func isTouched(_ resources: [ResourceID]?) -> Bool {
            resources.map { $0.contains { touched[$0] != nil } } ?? !touched.isEmpty
        }
    }

    /// At most so many endings wait.
    static var limit: Int { 2_048 }
    /// So many are done together, so that a burst which goes on is not held up for long.
    static var groupMaximum: Int { 32 }
    /// Endings wait until no other came for so long.
    static var quiet: Duration { .milliseconds(20) }
    /// So many times they wait for quiet, five seconds in all.
    private static var waitsMaximum: Int { 250 }

    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let executor: (any TaskExecutor)?
    private let clock: any Clock<Duration>
    private let end: End

    /// Whether endings are taken.
    var isRunning: Bool { state.withLock(\.isRunning) }
    /// Whether any ending is open.
    var isOpen: Bool { state.withLock { !$0.touched.isEmpty } }

    /// Makes a queue that is empty; `executor` is where endings run, and `end` ends runs.
    public init(
        executor: (any TaskExecutor)? = nil, clock: any Clock<Duration> = ContinuousClock(), end: @escaping End
    ) {
        self.executor = executor
        self.clock = clock
        self.end = end
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes endings from now on without being run: they are done when somebody needs them, and at no other time.
    package func takeUntilNeeded() { state.withLock { $0.isRunning = true } }

    /// Ends what it is handed until graceful shutdown, and then what is left.
    public func run() async throws {
        state.withLock { $0.isRunning = true }
        await withGracefulShutdownHandler {
            await withTaskExecutorPreference(executor) {
                for await _ in signals {
                    await untilQuiet(waits: Self.waitsMaximum)
                    while await endPending() { await untilQuiet(waits: 1) }
                }
                while await endPending() {}
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isRunning = false }
            self.signal.finish()
        }
        // What a cancelled task left is settled by recovery at the next start.
        wake { state in
            state.isRunning = false
            state.pending = []
            state.touched = [:]
        }
    }

    /// Hands over the end of a run that changed resources; it is done already when nobody takes it.
    func handOver(
        _ resources: [ResourceID], _ run: Run, conclude: @escaping @Sendable (RunOutcome) async -> Void
    ) async {
        let ending = Ending(resources: resources, run: run, conclude: conclude)
        let own = state.withLock { state in
            guard state.isRunning else { return [ending] }
            state.pending.append(ending)
            state.handedOver += 1
            for resource in resources { state.touched[resource, default: 0] += 1 }
            return state.pending.count < Self.limit ? [] : state.take(Self.groupMaximum)
        }
        if own.isEmpty { signal.yield() } else { await finish(own) }
    }

    /// Hands over something to be told, which nobody waits for; it is done already when nobody takes it.
    func handOver(note: @escaping @Sendable () async -> Void) async {
        let isTaken = state.withLock { state in
            guard state.isRunning, state.notes.count < Self.limit else { return false }
            state.notes.append(note)
            return true
        }
        if isTaken { signal.yield() } else { await note() }
    }

    /// Sees to it that no run is open that changed one of these resources; that none is open at all without them.
    package func drained(of resources: [ResourceID]? = nil) async {
        while true {
            let own = state.withLock { $0.isTouched(resources) ? $0.take() : [] }
            if !own.isEmpty { await finish(own) }
            let isDrained = await withCheckedContinuation { continuation in
                let isDrained = state.withLock { (state) -> Bool? in
                    guard state.isTouched(resources) else { return true }
                    // Another may have been handed over since.
                    guard state.pending.isEmpty else { return false }
                    state.waiters.append(continuation)
                    return nil
                }
                if let isDrained { continuation.resume(returning: isDrained) }
            }
            if isDrained { return }
        }
    }

    /// Waits until no ending came for a moment, but not for ever.
    private func untilQuiet(waits: Int) async {
        var known = -1
        for _ in 0..<waits {
            let (isRunning, handedOver) = state.withLock { ($0.isRunning, $0.handedOver) }
            if !isRunning || handedOver == known { return }
            known = handedOver
            do { try await clock.sleep(for: Self.quiet) } catch { return }
        }
    }

    /// Ends the oldest and says whether more wait.
    private func endPending() async -> Bool {
        if Task.isCancelled { return false }
        let (endings, notes) = state.withLock { state in
            defer { state.notes = [] }
            return (state.take(Self.groupMaximum), state.notes)
        }
        await finish(endings)
        for note in notes { await note() }
        return state.withLock { !$0.pending.isEmpty }
    }

    private func finish(_ endings: [Ending]) async {
        if endings.isEmpty { return }
        let outcomes = await end(endings.map(\.run))
        for (ending, outcome) in zip(endings, outcomes) {
            await ending.conclude(outcome)
            wake { state in
                for resource in ending.resources {
                    let left = (state.touched[resource] ?? 1) - 1
                    state.touched[resource] = left == 0 ? nil : left
                }
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
