public import Model

/// Brings one thing from what is observed to what is declared.
///
/// `reconcile` is called with one key at a time, never twice at once for the same key, and may be called at any time
/// and again: it observes everything it needs itself (I7). When it throws, it is called again after a backoff. It
/// sets the object's conditions on every exit. It returns soon after its task is cancelled, leaving nothing half
/// done.
public protocol Reconciler<Key>: Sendable {
    /// What names the thing to reconcile.
    associatedtype Key: Hashable & Sendable

    /// Reconciles; throwing means: failed, try again with backoff.
    func reconcile(_ key: Key) async throws -> Outcome
}

/// The end of a reconciliation that did not throw.
public enum Outcome: Sendable, Hashable {
    /// Nothing to do until something changes.
    case done
    /// Waiting, not failing: look again after this time.
    case again(after: Duration)
    /// Nothing more can be done until the spec changes; the object is `Stalled` for this reason.
    case terminal(Reason, String)
}
