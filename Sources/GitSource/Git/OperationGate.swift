internal import Synchronization

/// Lets one operation at a time through, in the order in which they came; a cancelled one leaves the queue.
///
/// At most `waitingMaximum` wait; beyond that an operation is refused as busy.
final class OperationGate: Sendable {
    private typealias Turn = CheckedContinuation<Bool, Never>

    private struct State {
        var isOpen = true
        var lastTicket: UInt64 = 0
        var waiting: [(ticket: UInt64, turn: Turn)] = []
    }

    private let waitingMaximum: Int
    private let state = Mutex(State())

    init(waitingMaximum: Int = 64) {
        self.waitingMaximum = waitingMaximum
    }

    /// Runs a body alone.
    func run<Result>(
        activity: String, _ body: () async throws(GitSourceError) -> Result
    ) async throws(GitSourceError) -> Result {
        guard await enter() else {
            if Task.isCancelled { throw GitSourceError(.cancelled, "cannot \(activity): it was cancelled") }
            throw GitSourceError(.busy, "cannot \(activity): too many operations on this source wait already")
        }
        defer { leave() }
        return try await body()
    }

    private func enter() async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                if let answer = admit(ticket, turn) { turn.resume(returning: answer) }
                // The cancellation handler may have run before this ticket was in the queue.
                if Task.isCancelled { withdraw(ticket) }
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    /// Whether the ticket may enter now; `nil` if it waits.
    private func admit(_ ticket: UInt64, _ turn: Turn) -> Bool? {
        state.withLock { state in
            if state.isOpen {
                state.isOpen = false
                return true
            }
            guard state.waiting.count < waitingMaximum else { return false }
            state.waiting.append((ticket, turn))
            return nil
        }
    }

    private func withdraw(_ ticket: UInt64) {
        let turn = state.withLock { state -> Turn? in
            guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return state.waiting.remove(at: index).turn
        }
        turn?.resume(returning: false)
    }

    private func leave() {
        let next = state.withLock { state -> Turn? in
            guard !state.waiting.isEmpty else {
                state.isOpen = true
                return nil
            }
            return state.waiting.removeFirst().turn
        }
        next?.resume(returning: true)
    }
}
