public import Model

/// What a watcher noticed.
///
/// A hint is no truth (I7): the receiver observes.
public enum WatchHint: Sendable, Hashable {
    /// Somebody touched these resources.
    case resources([ResourceID], actor: DriftActor, time: WallTime)
    /// Events were lost, or so much changed that everything must be looked at; why.
    case everything(String)
}
