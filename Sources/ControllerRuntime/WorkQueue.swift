import Metrics
import Synchronization

/// A queue of keys to reconcile: deduplicated while queued and while processed, delayed, with exponential backoff for
/// each key, bounded, first come first served.
///
/// The rules are those of client-go's work queue.
///
/// `run()` moves delayed keys when their time comes; one owner runs it.
public final class WorkQueue<Key: Hashable & Sendable, Time: Clock>: Sendable where Time.Duration == Duration {
    /// The name, which metrics carry.
    public let name: String
    private let clock: Time
    private let backoff: Backoff
    private let metrics: WorkQueueMetrics
    private let shared: Mutex<Shared>
    private let timerSignal = WakeSignal()

    private struct Shared {
        var state: WorkQueueState<Key, Time.Instant>
        var continuations: [Int: CheckedContinuation<Key?, Never>] = [:]
        var addedTimes: [Key: Time.Instant] = [:]
        var nextWaiter = 0
    }

    /// Makes an empty queue.
    ///
    /// At `limit` distinct waiting keys further ones are refused and `add` answers false: the caller then relies on
    /// its next full pass.
    public init(name: String, limit: Int = 100_000, backoff: Backoff = Backoff(), clock: Time) {
        self.name = name
        self.clock = clock
        self.backoff = backoff
        metrics = WorkQueueMetrics(name: name)
        shared = Mutex(Shared(state: WorkQueueState(limit: limit)))
    }

    /// Keys that wait for a worker.
    public var depth: Int { shared.withLock { $0.state.depth } }

    /// Keys that workers hold.
    public var processing: Int { shared.withLock { $0.state.processingCount } }

    /// Adds a key; false when the bound is reached or the queue is shutting down.
    @discardableResult
    public func add(_ key: Key) -> Bool {
        let now = clock.now
        let (admission, actions) = shared.withLock { shared in
            let (admission, effects) = shared.state.add(key)
            if admission == .accepted { shared.addedTimes[key] = now }
            return (admission, Self.resolve(effects, in: &shared))
        }
        if admission == .accepted { metrics.adds.increment() }
        perform(actions)
        return admission != .refused
    }

    /// Adds a key after a delay; of several delays for one key the one that ends first counts.
    @discardableResult
    public func add(_ key: Key, after delay: Duration) -> Bool {
        guard delay > .zero else { return add(key) }
        let deadline = clock.now.advanced(by: delay)
        let (admission, actions) = shared.withLock { shared in
            let (admission, effects) = shared.state.add(key, at: deadline)
            return (admission, Self.resolve(effects, in: &shared))
        }
        perform(actions)
        return admission != .refused
    }

    /// Adds a key that failed, after a delay that grows with its failures; returns the delay.
    @discardableResult
    public func addAfterFailure(_ key: Key) -> Duration {
        let failures = shared.withLock { $0.state.countFailure(key) }
        let delay = backoff.delay(afterFailures: failures)
        metrics.retries.increment()
        add(key, after: delay)
        return delay
    }

    /// Forgets the failures of a key that succeeded.
    public func forget(_ key: Key) { shared.withLock { $0.state.forget(key) } }

    /// How often a key failed in a row.
    public func failures(of key: Key) -> Int { shared.withLock { $0.state.failureCount(key) } }

    /// The next key; nil when the queue was shut down and is empty, or the task was cancelled.
    ///
    /// The caller must call `finish` with it.
    public func next() async -> Key? {
        let waiter = shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        let key = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Key?? = shared.withLock { shared in
                    guard !Task.isCancelled else { return .some(nil) }
                    switch shared.state.next(waiter: waiter) {
                    case .key(let key): return .some(key)
                    case .ended: return .some(nil)
                    case .wait:
                        shared.continuations[waiter] = continuation
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = shared.withLock { shared in
                shared.state.cancel(waiter: waiter) ? shared.continuations.removeValue(forKey: waiter) : nil
            }
            continuation?.resume(returning: nil)
        }
        if let key { noteStart(of: key) }
        return key
    }

    /// A worker is done with a key that `next` gave it.
    public func finish(_ key: Key) {
        let actions = shared.withLock { shared in Self.resolve(shared.state.finish(key), in: &shared) }
        perform(actions)
    }

    /// Takes no more keys; `next` hands out what is queued and then answers nil.
    public func shutDown() {
        let actions = shared.withLock { shared in Self.resolve(shared.state.shutDown(), in: &shared) }
        perform(actions)
    }

    /// Moves delayed keys to the queue when their time comes, until shut down or cancelled.
    ///
    /// Sleeps only while a key is delayed.
    public func run() async {
        while !Task.isCancelled {
            let (deadline, isEnded) = shared.withLock { ($0.state.earliestDeadline, $0.state.isShuttingDown) }
            if isEnded { return }
            if let deadline, deadline <= clock.now {
                let now = clock.now
                let actions = shared.withLock { shared in Self.resolve(shared.state.release(upTo: now), in: &shared) }
                perform(actions)
            } else {
                await wait(until: deadline)
            }
        }
    }

    /// Returns at the deadline, when an earlier one appears, or when cancelled.
    private func wait(until deadline: Time.Instant?) async {
        guard let deadline else { return await timerSignal.wait() }
        await withDiscardingTaskGroup { group in
            group.addTask { [clock, timerSignal] in
                do { try await clock.sleep(until: deadline, tolerance: nil) } catch {
                    // Cancelled because the signal came first. Raising it now would end the next wait at once, for
                    // ever.
                    return
                }
                timerSignal.raise()
            }
            await timerSignal.wait()
            group.cancelAll()
        }
    }

    private func noteStart(of key: Key) {
        let added = shared.withLock { $0.addedTimes.removeValue(forKey: key) }
        if let added { metrics.queueDuration.recordSeconds(added.duration(to: clock.now)) }
        metrics.depth.record(depth)
    }

    private typealias Actions = (resumptions: [(CheckedContinuation<Key?, Never>, Key?)], wakesTimer: Bool)

    private static func resolve(_ effects: WorkQueueState<Key, Time.Instant>.Effects, in shared: inout Shared)
        -> Actions
    {
        var resumptions: [(CheckedContinuation<Key?, Never>, Key?)] = []
        for (waiter, key) in effects.handovers {
            guard let continuation = shared.continuations.removeValue(forKey: waiter) else {
                preconditionFailure("waiter \(waiter) was handed a key but has no continuation")
            }
            resumptions.append((continuation, key))
        }
        for waiter in effects.ended {
            guard let continuation = shared.continuations.removeValue(forKey: waiter) else { continue }
            resumptions.append((continuation, nil))
        }
        return (resumptions, effects.wakesTimer)
    }

    private func perform(_ actions: Actions) {
        for (continuation, key) in actions.resumptions { continuation.resume(returning: key) }
        if actions.wakesTimer { timerSignal.raise() }
        metrics.depth.record(depth)
    }
}
