internal import Synchronization

/// Lets requests be answered so that no user's flood keeps others waiting.
///
/// Root and the daemon's own user need no seat. A request that finds its user's seats and waiting places taken, or that
/// waited too long, is answered 429.
final class FairShare: Sendable {
    private struct State {
        var queue: FairQueue
        var nextID = 0
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
        var refused: Int64 = 0
    }

    private let state: Mutex<State>
    private let patience: Duration

    init(limits: ServerLimits) {
        state = Mutex(
            State(
                queue: FairQueue(
                    seats: limits.requests, seatsPerUser: limits.requestsPerUser,
                    waitingPerUser: limits.waitingPerUser)))
        patience = limits.queueTimeout
    }

    /// How many requests are answered now, how many wait, and how many were refused so far.
    struct Figures: Sendable, Hashable {
        var served = 0
        var waiting = 0
        var refused: Int64 = 0
    }

    /// How it stands.
    var figures: Figures {
        state.withLock { Figures(served: $0.queue.served, waiting: $0.queue.waiting, refused: $0.refused) }
    }

    /// Waits for a seat; throws 429 when there is none in time.
    func enter(_ caller: Caller) async throws(APIFailure) {
        let user = caller.key
        if state.withLock({ $0.queue.enter(user) }) { return }
        if await wait(user) { return }
        state.withLock { $0.refused += 1 }
        throw .tooMany("\(caller.shown) asks too much at once; try again, one request after the other")
    }

    /// Gives the seat back.
    func leave(_ caller: Caller) {
        let waiters = state.withLock { state in
            state.queue.leave(caller.key).compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    /// Whether a request got a seat before its patience was over.
    private func wait(_ user: UserKey) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskGroup(of: Bool?.self) { tasks in
            let patience = patience
            tasks.addTask {
                do { try await ContinuousClock().sleep(for: patience) } catch { return nil }
                self.giveUp(user, id)
                return nil
            }
            tasks.addTask { await self.seat(user, id) }
            while let result = await tasks.next() {
                guard let result else { continue }
                tasks.cancelAll()
                return result
            }
            return false
        }
    }

    private func seat(_ user: UserKey, _ id: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state in
                let answer = state.queue.arrive(user, id: id)
                if answer == .waits { state.waiters[id] = continuation }
                return answer
            }
            if answer != .waits { continuation.resume(returning: answer == .served) }
        }
    }

    private func giveUp(_ user: UserKey, _ id: Int) {
        let waiter = state.withLock { state in
            state.queue.giveUp(user, id: id) ? state.waiters.removeValue(forKey: id) : nil
        }
        waiter?.resume(returning: false)
    }
}
