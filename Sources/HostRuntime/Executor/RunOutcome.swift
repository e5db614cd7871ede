public import Model

/// How the execution of a run ended.
public enum RunOutcome: Sendable, Hashable {
    /// Every change is made and verified.
    ///
    /// Writers that came in between are named; their bytes are kept.
    case succeeded(concurrentWrites: [ConcurrentWrite])
    /// The run failed and everything that it had done is undone.
    case rolledBack(RunFailure)
    /// The run failed and some of it could not be undone, or the journal could not be written.
    case failed(RunFailure, notUndone: [UndoFailure])
    /// What is observed of these resources is no longer what was planned for (I5).
    ///
    /// Nothing of the run is left.
    case replan(changed: [ResourceID])
    /// A shutdown was asked for: the batch that had begun is complete, no other was begun.
    ///
    /// `execute` goes on from there.
    case interrupted
}

/// Why a run did not succeed.
public struct RunFailure: Sendable, Hashable {
    /// The kinds of failure that callers answer differently.
    public enum Reason: Sendable, Hashable {
        /// An operation on the host failed.
        case operation
        /// A change was made, but was not observed afterwards, or a probe did not pass.
        case verification
        /// An operator stopped the run.
        case stopped
        /// The daemon or the machine stopped in the middle of the run.
        case interruption
        /// The journal or the content store could not be written.
        case store
        /// The content store has no room for what the run replaces.
        case contentStoreFull
        /// What is observed is not what was planned for.
        case changed
    }

    /// What kind of failure it is.
    public var reason: Reason
    /// The resource that failed, when one did.
    public var resource: ResourceID?
    /// What was tried, on what, why it failed and what to do.
    public var message: String

    /// Describes a failure.
    public init(_ reason: Reason, resource: ResourceID? = nil, _ message: String) {
        self.reason = reason
        self.resource = resource
        self.message = message
    }
}

extension RunFailure {
    /// The message with what could not be undone; bounded, as the steps keep each reason.
    func describing(_ left: [UndoFailure]) -> String {
        let list = left.prefix(5).map { "\($0.resource): \($0.message)" }.joined(separator: "; ")
        let more = left.count > 5 ? "; and \(left.count - 5) more" : ""
        return "\(message); not undone: \(list)\(more)"
    }
}

/// A step whose effect could not be taken back.
public struct UndoFailure: Sendable, Hashable {
    /// The step, by its index in the run.
    public var step: Int
    /// The resource.
    public var resource: ResourceID
    /// What is left, and why.
    public var message: String

    /// Describes a failure.
    public init(step: Int, resource: ResourceID, message: String) {
        self.step = step
        self.resource = resource
        self.message = message
    }
}

/// Somebody changed a path between the moment when its bytes were kept and the moment when it was replaced.
public struct ConcurrentWrite: Sendable, Hashable {
    /// The resource.
    public var resource: ResourceID
    /// The path.
    public var path: String
    /// The digest of the other's bytes in the content store; nil when there were none, as of a directory.
    public var kept: ContentDigest?

    /// Describes a write.
    public init(resource: ResourceID, path: String, kept: ContentDigest?) {
        self.resource = resource
        self.path = path
        self.kept = kept
    }
}

/// How far a run came.
public struct RunProgress: Sendable, Hashable {
    /// Steps that are done.
    public var stepsDone: Int
    /// All steps.
    public var stepsTotal: Int

    /// Counts steps.
    public init(stepsDone: Int, stepsTotal: Int) {
        self.stepsDone = stepsDone
        self.stepsTotal = stepsTotal
    }
}
