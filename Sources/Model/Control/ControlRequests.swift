/// The body of `POST sources/default/plan`.
public struct PlanRequest: Codable, Sendable, Hashable {
    /// A directory on the host that is planned instead of the source.
    public var directory: String?

    /// Makes a request.
    public init(directory: String? = nil) { self.directory = directory }
}

/// The body of `POST sources/default/reconcile`.
public struct ReconcileRequest: Codable, Sendable, Hashable {
    /// Run only if the plan has this hash.
    public var planHash: String?

    /// Makes a request.
    public init(planHash: String? = nil) { self.planHash = planHash }
}

/// The answer to a reconcile request.
public struct ReconcileReceipt: Codable, Sendable, Hashable {
    /// The number of the pass that answers the request: it is over once `GET sources/default/passes/N` says so.
    public var pass: Int64

    /// Makes a receipt.
    public init(pass: Int64) { self.pass = pass }
}

/// How a requested pass is going.
public struct PassProgress: Codable, Sendable, Hashable {
    /// Whether it is over.
    public var isOver: Bool
    /// What happens now, for people.
    public var activity: String
    /// The run that it started, if any.
    public var run: String?
    /// Steps of the run that are done.
    public var stepsDone: Int
    /// All steps of the run.
    public var stepsTotal: Int
    /// The end: `Succeeded`, `WaitingForApproval`, `Denied`, `Failed`, `RolledBack`, `NothingToDo`, `Paused`,
    /// `PlanChanged`.
    public var result: PassResult?
    /// Why it ended so.
    public var message: String?

    /// Makes progress.
    public init(
        isOver: Bool, activity: String, run: String? = nil, stepsDone: Int = 0, stepsTotal: Int = 0,
        result: PassResult? = nil,
        message: String? = nil
    ) {
        self.isOver = isOver
        self.activity = activity
        self.run = run
        self.stepsDone = stepsDone
        self.stepsTotal = stepsTotal
        self.result = result
        self.message = message
    }
}

/// How a pass ended.
public enum PassResult: String, Codable, Sendable, Hashable, CaseIterable {
    case nothingToDo = "NothingToDo"
    case succeeded = "Succeeded"
    case differencesLeft = "DifferencesLeft"
    case waitingForApproval = "WaitingForApproval"
    case denied = "Denied"
    case failed = "Failed"
    case rolledBack = "RolledBack"
    case paused = "Paused"
    case planChanged = "PlanChanged"
}

/// The body of `POST sources/default/rollback`.
public struct RollbackRequest: Codable, Sendable, Hashable {
    /// The generation to go back to; nil is the last good one before the one in force.
    public var generation: Int64?

    /// Makes a request.
    public init(generation: Int64? = nil) { self.generation = generation }
}

/// The body of `POST …/pause`.
public struct PauseRequest: Codable, Sendable, Hashable {
    /// The longest pause that ends by itself: ten years, so that its end is a time.
    public static let maximumSeconds = 315_360_000

    /// How long; nil lasts until `resume`.
    public var seconds: Int?

    /// Makes a request.
    public init(seconds: Int? = nil) { self.seconds = seconds }
}

/// The body of `POST approvals/NAME/decision`.
public struct DecisionRequest: Codable, Sendable, Hashable {
    /// The answer.
    public var decision: ApprovalDecision
    /// The plan that was read; an answer to another plan is refused.
    public var planHash: String?

    /// Makes an answer.
    public init(decision: ApprovalDecision, planHash: String? = nil) {
        self.decision = decision
        self.planHash = planHash
    }
}

/// The body of `POST sources/default/adopt`.
public struct AdoptRequest: Codable, Sendable, Hashable {
    /// Resources in any form that a command takes.
    public var resources: [String]

    /// Makes a request.
    public init(resources: [String]) { self.resources = resources }
}

/// The answer to an adopt request.
public struct AdoptReport: Codable, Sendable, Hashable {
    /// A blueprint that declares what was observed.
    public var yaml: String
    /// Resources that could not be adopted.
    public var problems: [ResourceProblem]

    /// Makes a report.
    public init(yaml: String, problems: [ResourceProblem]) {
        self.yaml = yaml
        self.problems = problems
    }
}

/// The body of `POST tokenrequests`: whose token, and for how long.
public struct TokenWish: Codable, Sendable, Hashable {
    /// The user; nil is the one who asks.
    public var user: String?
    /// Names of groups; nil is those of the one who asks, or none for another user.
    public var groups: [String]?
    /// How long the token holds; nil is an hour.
    public var expirationSeconds: Int?

    /// Makes a wish.
    public init(user: String? = nil, groups: [String]? = nil, expirationSeconds: Int? = nil) {
        self.user = user
        self.groups = groups
        self.expirationSeconds = expirationSeconds
    }
}

/// A bearer token, as the answer to `POST tokenrequests` holds it.
public struct MadeToken: Codable, Sendable, Hashable {
    /// The token.
    public var token: String
    /// When it ends.
    public var expirationTimestamp: WallTime
    /// What the audit log calls it.
    public var id: String
    /// Whose it is.
    public var user: String

    /// Makes an answer.
    public init(token: String, expirationTimestamp: WallTime, id: String, user: String) {
        self.token = token
        self.expirationTimestamp = expirationTimestamp
        self.id = id
        self.user = user
    }
}

/// A token that was ended before its time, as the answer to `POST tokenrevocations` holds it.
public struct RevokedToken: Codable, Sendable, Hashable {
    /// The token's id.
    public var id: String
    /// Until when it is refused as revoked; by then it has expired.
    public var until: WallTime

    /// Makes an answer.
    public init(id: String, until: WallTime) {
        self.id = id
        self.until = until
    }
}
