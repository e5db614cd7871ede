import Synchronization

/// Whether a connection that is being set up has become the one that its owner is told about.
final class AttemptState: Sendable {
    private enum State {
        /// Can transition to `chosen` once the manager has answered, to `gone` if the connection goes before.
        case undecided
        /// The owner is told everything, the end included.
        case chosen
        /// The owner never hears of it.
        case gone
    }

    private let state = Mutex(State.undecided)

    var isChosen: Bool { state.withLock { $0 == .chosen } }

    /// Chooses the connection; false if it has gone.
    func choose() -> Bool {
        state.withLock { state in
            guard state == .undecided else { return false }
            state = .chosen
            return true
        }
    }

    /// The connection has gone; returns whether the owner is to be told.
    func end() -> Bool {
        state.withLock { state in
            defer { state = .gone }
            return state == .chosen
        }
    }
}
