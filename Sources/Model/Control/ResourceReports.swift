/// Declared against observed for one resource: the answer of `GET resources/NAME/diff`.
public struct DiffReport: Codable, Sendable, Hashable {
    /// The resource.
    public var resource: ResourceID
    /// The change that would bring it to its declared state; nil when there is no difference.
    public var change: Change?
    /// Why it could not be observed or planned.
    public var problem: ResourceProblem?

    /// Makes a report.
    public init(resource: ResourceID, change: Change?, problem: ResourceProblem?) {
        self.resource = resource
        self.change = change
        self.problem = problem
    }
}

/// The whole chain behind a resource, newest first: the answer of `GET resources/NAME/why` (I9).
public struct WhyReport: Codable, Sendable, Hashable {
    /// The resource.
    public var resource: ResourceID
    /// Its phase; nil once it was removed.
    public var phase: ResourcePhase?
    /// The blueprint that declares it, or that declared it last.
    public var blueprint: String
    /// Where.
    public var position: SourcePosition
    /// The commit in force.
    public var commit: CommitDescription?
    /// The last drift.
    public var lastDrift: DriftRecord?
    /// The runs that changed it, newest first.
    public var runs: [WhyRun]

    /// Makes a report.
    public init(
        resource: ResourceID, phase: ResourcePhase?, blueprint: String, position: SourcePosition,
        commit: CommitDescription?, lastDrift: DriftRecord?, runs: [WhyRun]
    ) {
        self.resource = resource
        self.phase = phase
        self.blueprint = blueprint
        self.position = position
        self.commit = commit
        self.lastDrift = lastDrift
        self.runs = runs
    }
}

/// One run that changed a resource.
public struct WhyRun: Codable, Sendable, Hashable {
    /// The run.
    public var run: String
    /// Why it was made.
    public var cause: PlanCause
    /// Its phase.
    public var phase: RunPhase
    /// When.
    public var time: WallTime
    /// The commit that it led to, with its author.
    public var commit: CommitDescription
    /// The hash of its plan.
    public var planHash: String
    /// What the gate said.
    public var gate: [GateFinding]
    /// The approval, if one was needed.
    public var approvedBy: String?
    /// Who asked.
    public var requestedBy: String
    /// What it did to this resource.
    public var change: Change
    /// Who had caused the drift that it repaired.
    public var actor: DriftActor?

    /// Makes an entry.
    public init(
        run: String, cause: PlanCause, phase: RunPhase, time: WallTime, commit: CommitDescription, planHash: String,
        gate: [GateFinding], approvedBy: String?, requestedBy: String, change: Change, actor: DriftActor?
    ) {
        self.run = run
        self.cause = cause
        self.phase = phase
        self.time = time
        self.commit = commit
        self.planHash = planHash
        self.gate = gate
        self.approvedBy = approvedBy
        self.requestedBy = requestedBy
        self.change = change
        self.actor = actor
    }
}

/// Bytes that a run replaced and that can still be recovered: an item of `GET resources/NAME/versions`.
public struct RecoverableVersion: Codable, Sendable, Hashable {
    /// When they were replaced.
    public var time: WallTime
    /// The run that replaced them.
    public var run: String
    /// What they are; `GET resources/NAME/content?digest=…` returns them.
    public var content: DeclaredContent

    /// Makes a version.
    public init(time: WallTime, run: String, content: DeclaredContent) {
        self.time = time
        self.run = run
        self.content = content
    }
}

/// One generation: an item of `GET sources/default/history`.
public struct HistoryEntry: Codable, Sendable, Hashable {
    /// The number.
    public var generation: Int64
    /// The commit.
    public var commit: CommitDescription
    /// What became of it: `candidate`, `good`, `bad`, `superseded`.
    public var state: String
    /// Whether it is in force.
    public var isInForce: Bool
    /// How many resources it declares.
    public var resources: Int
    /// When it was compiled.
    public var createdTime: WallTime
    /// When it converged.
    public var convergedTime: WallTime?
    /// Why it is bad.
    public var message: String?

    /// Makes an entry.
    public init(
        generation: Int64, commit: CommitDescription, state: String, isInForce: Bool, resources: Int,
        createdTime: WallTime,
        convergedTime: WallTime?, message: String?
    ) {
        self.generation = generation
        self.commit = commit
        self.state = state
        self.isInForce = isInForce
        self.resources = resources
        self.createdTime = createdTime
        self.convergedTime = convergedTime
        self.message = message
    }
}

/// One step of a run: an item of `GET workflowruns/NAME/log`.
public struct RunLogEntry: Codable, Sendable, Hashable {
    /// The position.
    public var index: Int
    /// The resource.
    public var resource: ResourceID
    /// What was done.
    public var operation: String
    /// How far it came: `intended`, `done`, `failed`, `undone`.
    public var state: String
    /// Why it failed.
    public var message: String?

    /// Makes an entry.
    public init(index: Int, resource: ResourceID, operation: String, state: String, message: String?) {
        self.index = index
        self.resource = resource
        self.operation = operation
        self.state = state
        self.message = message
    }
}

/// The answer of `GET /audit/verify`.
public struct AuditReport: Codable, Sendable, Hashable {
    /// Whether the chain is whole.
    public var isIntact: Bool
    /// How many records were checked.
    public var records: Int64
    /// The hash of the newest record.
    public var head: String
    /// The first record that does not fit, and why.
    public var problem: String?

    /// Makes a report.
    public init(isIntact: Bool, records: Int64, head: String, problem: String?) {
        self.isIntact = isIntact
        self.records = records
        self.head = head
        self.problem = problem
    }
}
