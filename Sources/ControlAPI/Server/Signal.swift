import Synchronization

/// Something that happens once, and that any number of tasks wait for.
final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var nextID = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Whether it has happened.
    var isRaised: Bool { state.withLock { $0.isRaised } }

    /// Lets every waiter go on, now and later.
    func raise() {
        let waiters = state.withLock { state in
            state.isRaised = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once it has happened, the time is over, or the task is cancelled.
    func wait(atMost time: Duration) async {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.wait() }
            tasks.addTask {
                do { try await ContinuousClock().sleep(for: time) } catch {
                    // Cancelled, as the other task was first.
                }
            }
            await tasks.next()
            tasks.cancelAll()
        }
    }

    /// Returns once it has happened or the task is cancelled.
    func wait() async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    if state.isRaised || state.cancelled.remove(id) != nil { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil, !state.isRaised { state.cancelled.insert(id) }
                return waiter
            }
            waiter?.resume()
        }
        state.withLock { _ = $0.cancelled.remove(id) }
    }
}
