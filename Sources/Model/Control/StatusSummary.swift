/// The one screen of `aetherctl status`; its JSON form is stable (DESIGN 5).
public struct StatusSummary: Codable, Sendable, Hashable {
    /// What was fetched is in force, and nothing is drifted, pending or failed.
    public var converged: Bool
    /// The commit in force.
    public var commit: String?
    /// The generation in force.
    public var generation: Int64?
    /// Whether everything is paused.
    public var paused: Bool
    /// Resources by phase.
    public var resources: ResourceCounts
    /// Runs that are not settled.
    public var runs: RunCounts
    /// Incidents.
    public var incidents: IncidentCounts
    /// What is wrong, by object.
    public var errors: [ObjectError]
    /// The source, for people.
    public var source: SourceKind.Spec?
    /// What was fetched last, for people.
    public var fetched: CommitDescription?

    /// Makes a summary.
    public init(
        converged: Bool, commit: String?, generation: Int64?, paused: Bool, resources: ResourceCounts, runs: RunCounts,
        incidents: IncidentCounts = IncidentCounts(open: 0), errors: [ObjectError], source: SourceKind.Spec? = nil,
        fetched: CommitDescription? = nil
    ) {
        self.converged = converged
        self.commit = commit
        self.generation = generation
        self.paused = paused
        self.resources = resources
        self.runs = runs
        self.incidents = incidents
        self.errors = errors
        self.source = source
        self.fetched = fetched
    }
}

/// Resources by phase.
public struct ResourceCounts: Codable, Sendable, Hashable {
    /// All of them.
    public var total: Int
    /// Those in their declared state.
    public var inSync: Int
    /// Those that differ.
    public var drifted: Int
    /// Those that wait for a run.
    public var pending: Int
    /// Those that could not be brought to their declared state.
    public var failed: Int
    /// Those whose drift is ignored.
    public var ignored: Int

    /// Counts phases.
    public init(_ counts: [ResourcePhase: Int]) {
        inSync = counts[.inSync, default: 0]
        drifted = counts[.drifted, default: 0]
        pending = counts[.pending, default: 0]
        failed = counts[.failed, default: 0]
        ignored = counts[.ignored, default: 0]
        total = inSync + drifted + pending + failed + ignored
    }
}

/// Runs that are not settled.
public struct RunCounts: Codable, Sendable, Hashable {
    /// Running or rolling back.
    public var active: Int
    /// Waiting for a person.
    public var waitingForApproval: Int

    /// Makes counts.
    public init(active: Int, waitingForApproval: Int) {
        self.active = active
        self.waitingForApproval = waitingForApproval
    }
}

/// Incidents.
public struct IncidentCounts: Codable, Sendable, Hashable {
    /// Those that nobody closed.
    public var open: Int

    /// Makes counts.
    public init(open: Int) { self.open = open }
}

/// What is wrong with an object.
public struct ObjectError: Codable, Sendable, Hashable {
    /// The object as `Kind/name`.
    public var object: String
    /// The condition's reason.
    public var reason: String
    /// A sentence.
    public var message: String

    /// Makes an error.
    public init(object: String, reason: String, message: String) {
        self.object = object
        self.reason = reason
        self.message = message
    }
}
