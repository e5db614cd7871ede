/// What the host's loop is asked to do.
///
/// One worker serves both, so that one change runs at a time.
public enum LoopKey: Sendable, Hashable {
    /// Observe everything that the target declares.
    case pass
    /// Observe what hints named.
    case drift
}
