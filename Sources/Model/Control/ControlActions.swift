/// What the control API asks of the controllers.
///
/// The executable wires each closure to the controller that answers it, so that the API knows no controller. A
/// `ControlError` becomes the status of the answer.
public struct ControlActions: Sendable {
    /// The status screen.
    public var summary: @Sendable () async throws -> StatusSummary
    /// A plan; never touches the host.
    public var plan: @Sendable (PlanRequest) async throws -> PlanReport
    /// Asks for a pass now.
    public var reconcile: @Sendable (ReconcileRequest, Requester) async throws -> ReconcileReceipt
    /// How a requested pass is going.
    public var passProgress: @Sendable (Int64) async throws -> PassProgress
    /// Goes back to a generation; the receipt's pass does it.
    public var rollback: @Sendable (RollbackRequest, Requester) async throws -> ReconcileReceipt
    /// The generations, newest first.
    public var history: @Sendable () async throws -> [HistoryEntry]
    /// What conditions may depend on, as it is now.
    public var facts: @Sendable () async throws -> HostFacts
    /// Pauses the source, a blueprint or a resource.
    public var pause: @Sendable (ObjectKey, PauseRequest, Requester) async throws -> Void
    /// Ends a pause, and for the source also what a rollback holds.
    public var resume: @Sendable (ObjectKey, Requester) async throws -> Void
    /// Answers an approval.
    public var decide: @Sendable (String, DecisionRequest, Requester) async throws -> Void
    /// Observed state as blueprint YAML.
    public var adopt: @Sendable (AdoptRequest) async throws -> AdoptReport
    /// Declared against observed.
    public var diff: @Sendable (ResourceID) async throws -> DiffReport
    /// The chain behind a resource.
    public var why: @Sendable (ResourceID) async throws -> WhyReport
    /// What can be recovered.
    public var versions: @Sendable (ResourceID) async throws -> [RecoverableVersion]
    /// Recoverable bytes, in chunks.
    public var content: @Sendable (ResourceID, ContentDigest) async throws -> AsyncThrowingStream<[UInt8], any Error>
    /// The plan of a run.
    public var runPlan: @Sendable (String) async throws -> PlanReport
    /// The steps of a run.
    public var runLog: @Sendable (String) async throws -> [RunLogEntry]
    /// Checks the audit chain.
    public var verifyAudit: @Sendable () async throws -> AuditReport
    /// Records a change that was made through the API in the audit chain; the change is refused when it cannot be
    /// recorded.
    public var audit: @Sendable (AuditEntry) async throws -> Void

    /// Wires every action.
    public init(
        summary: @escaping @Sendable () async throws -> StatusSummary,
        plan: @escaping @Sendable (PlanRequest) async throws -> PlanReport,
        reconcile: @escaping @Sendable (ReconcileRequest, Requester) async throws -> ReconcileReceipt,
        passProgress: @escaping @Sendable (Int64) async throws -> PassProgress,
        rollback: @escaping @Sendable (RollbackRequest, Requester) async throws -> ReconcileReceipt,
        history: @escaping @Sendable () async throws -> [HistoryEntry],
        facts: @escaping @Sendable () async throws -> HostFacts,
        pause: @escaping @Sendable (ObjectKey, PauseRequest, Requester) async throws -> Void,
        resume: @escaping @Sendable (ObjectKey, Requester) async throws -> Void,
        decide: @escaping @Sendable (String, DecisionRequest, Requester) async throws -> Void,
        adopt: @escaping @Sendable (AdoptRequest) async throws -> AdoptReport,
        diff: @escaping @Sendable (ResourceID) async throws -> DiffReport,
        why: @escaping @Sendable (ResourceID) async throws -> WhyReport,
        versions: @escaping @Sendable (ResourceID) async throws -> [RecoverableVersion],
        content:
            @escaping @Sendable (ResourceID, ContentDigest) async throws -> AsyncThrowingStream<[UInt8], any Error>,
        runPlan: @escaping @Sendable (String) async throws -> PlanReport,
        runLog: @escaping @Sendable (String) async throws -> [RunLogEntry],
        verifyAudit: @escaping @Sendable () async throws -> AuditReport,
        audit: @escaping @Sendable (AuditEntry) async throws -> Void
    ) {
        self.summary = summary
        self.plan = plan
        self.reconcile = reconcile
        self.passProgress = passProgress
        self.rollback = rollback
        self.history = history
        self.facts = facts
        self.pause = pause
        self.resume = resume
        self.decide = decide
        self.adopt = adopt
        self.diff = diff
        self.why = why
        self.versions = versions
        self.content = content
        self.runPlan = runPlan
        self.runLog = runLog
        self.verifyAudit = verifyAudit
        self.audit = audit
    }
}

/// Who asks, by the peer credentials of the socket or by a token.
public struct Requester: Codable, Sendable, Hashable {
    /// The user's number.
    public var uid: UInt32
    /// The user's name, or the number as text.
    public var name: String
    /// The process.
    public var pid: Int32
    /// The user whose process it is, where a token speaks for another.
    public var peerUID: UInt32?
    /// The token that spoke for the user; nil where the peer spoke for itself.
    public var tokenID: String?

    /// The number of a user that has no account.
    public static let unknownUser: UInt32 = 65_534

    /// Names a requester.
    public init(uid: UInt32, name: String, pid: Int32, peerUID: UInt32? = nil, tokenID: String? = nil) {
        self.uid = uid
        self.name = name
        self.pid = pid
        self.peerUID = peerUID
        self.tokenID = tokenID
    }

    /// The form in records: `uid:name`.
    public var record: String { "\(uid):\(name)" }
}

/// What the audit log says of a change made through the API.
public struct AuditEntry: Codable, Sendable, Hashable {
    /// Who.
    public var requester: Requester
    /// What, as the API's verb: `create`, `update`, `patch`, `delete`, or the subresource.
    public var verb: String
    /// The object as `Kind/name`.
    public var object: String
    /// The outcome: `allowed` or `denied`.
    public var outcome: String

    /// Makes an entry.
    public init(requester: Requester, verb: String, object: String, outcome: String) {
        self.requester = requester
        self.verb = verb
        self.object = object
        self.outcome = outcome
    }
}

/// A refused or failed control action.
public struct ControlError: Error, Sendable, CustomStringConvertible {
    /// The kinds of answer.
    public enum Code: String, Sendable, Hashable {
        case notFound = "NotFound"
        case invalid = "Invalid"
        case conflict = "Conflict"
        case forbidden = "Forbidden"
        case unavailable = "ServiceUnavailable"
    }

    /// The kind of answer.
    public let code: Code
    /// What was tried, why it failed and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
