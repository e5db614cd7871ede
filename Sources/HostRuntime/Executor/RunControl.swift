import Synchronization

/// Lets others stop a run between its batches.
public final class RunControl: Sendable {
    /// What is asked of a run.
    enum Request: Sendable, Hashable {
        /// Go on.
        case proceed
        /// Take no new batch and leave the run to be continued: graceful shutdown.
        case interrupt
        /// Undo everything, for this reason.
        case stop(String)
    }

    private let request = Mutex(Request.proceed)

    /// Makes a control that asks for nothing.
    public init() {}

    /// Asks the run to take no new batch and to stay resumable.
    public func interrupt() {
        request.withLock { if $0 == .proceed { $0 = .interrupt } }
    }

    /// Asks the run to undo what it did.
    ///
    /// `reason` says who wants it, such as `stopped by 1000:ada`.
    public func stop(_ reason: String) {
        request.withLock { $0 = .stop(reason) }
    }

    /// What is asked for now.
    var current: Request { request.withLock { $0 } }
}
