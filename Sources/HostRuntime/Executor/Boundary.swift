/// A point in a run after which something on disk differs from before: where crash tests kill the daemon.
public enum Boundary: Sendable, Hashable {
    /// A phase of the run was written to the journal.
    case transition
    /// The temporary of a step was written.
    case prepared(step: Int)
    /// The content of a batch's temporaries was synced.
    case contentSynced
    /// The intents and undo records of a batch were committed.
    case committed
    /// A step took effect.
    case applied(step: Int)
    /// What a step displaced was discarded.
    case discarded(step: Int)
    /// The directories of a batch were synced.
    case directoriesSynced
    /// The results of a batch were recorded.
    case recorded
    /// The old state of a step was built under its undo name.
    case undoPrepared(step: Int)
    /// A step was taken back.
    case undone(step: Int)
}

/// Called at every boundary.
///
/// Throwing stops the executor at once, as a crash does: nothing is cleaned up or recorded.
public typealias BoundaryHook = @Sendable (Boundary) throws(BoundaryCrash) -> Void

/// Thrown by a boundary hook to stop the executor where it is.
public struct BoundaryCrash: Error, Sendable {
    /// Makes a crash.
    public init() {}
}
