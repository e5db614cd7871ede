import Model
import Synchronization

/// What the last compile of this process saw of the host.
final class CompiledFacts: Sendable {
    /// The facts, and whether any condition looked.
    struct State: Sendable {
        var facts: HostFacts
        var matter: Bool
    }

    /// Nil before the first.
    let state = Mutex<State?>(nil)
}
