import Synchronization

/// A flag that one task waits for: raising it any number of times before the wait ends one wait.
///
/// Unlike a stream it survives the cancellation of a waiter.
final class WakeSignal: Sendable {
    private enum State {
        /// Can transition to `raised` and `waiting`.
        case idle
        /// The next wait ends at once. Can transition to `idle`.
        case raised
        /// Can transition to `idle`.
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    /// Ends the current wait, or the next one.
    func raise() {
        let continuation: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .waiting(let continuation) = state else {
                state = .raised
                return nil
            }
            state = .idle
            return continuation
        }
        continuation?.resume()
    }

    /// Returns once raised, or when the task is cancelled.
    ///
    /// One task at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    switch state {
                    case .raised:
                        state = .idle
                        return true
                    case .idle where Task.isCancelled:
                        return true
                    case .idle:
                        state = .waiting(continuation)
                        return false
                    case .waiting:
                        preconditionFailure("two tasks wait for one signal")
                    }
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard case .waiting(let continuation) = state else { return nil }
                state = .idle
                return continuation
            }
            continuation?.resume()
        }
    }
}
