public import Model

/// A run without its plan: what its `WorkflowRun` object is published from.
public struct RunSummary: Sendable, Hashable {
    /// The run's name.
    public var name: String
    /// The order of runs; higher is newer.
    public var sequence: Int64
    /// The version of the last change of the run.
    public var version: ResourceVersion
    /// The spec of the object.
    public var spec: WorkflowRunKind.Spec
    /// The phase.
    public var phase: RunPhase
    /// Why it waits, failed or was rolled back.
    public var message: String?
    /// How many steps are done.
    public var stepsDone: Int
    /// How many steps were intended so far.
    public var stepsTotal: Int
    /// When the record was made.
    public var createdTime: WallTime
    /// When the first step began.
    public var startTime: WallTime?
    /// When the run settled.
    public var completionTime: WallTime?

    /// Makes a summary.
    public init(
        name: String, sequence: Int64, version: ResourceVersion, spec: WorkflowRunKind.Spec, phase: RunPhase,
        message: String? = nil, stepsDone: Int, stepsTotal: Int, createdTime: WallTime, startTime: WallTime? = nil,
        completionTime: WallTime? = nil
    ) {
        self.name = name
        self.sequence = sequence
        self.version = version
        self.spec = spec
        self.phase = phase
        self.message = message
        self.stepsDone = stepsDone
        self.stepsTotal = stepsTotal
        self.createdTime = createdTime
        self.startTime = startTime
        self.completionTime = completionTime
    }
}
