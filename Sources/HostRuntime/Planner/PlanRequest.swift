public import Model

/// Everything that a plan is made from.
public struct PlanRequest: Sendable {
    /// Why a plan is wanted.
    public var cause: PlanCause
    /// The commit that the declarations are of.
    public var commit: String
    /// What is to hold, as a `ResourceGraph` gives it; a part of it where only that is to be repaired.
    public var declared: [DeclaredResource]
    /// Resources that left, with what was there before them.
    public var departed: [DepartedResource]
    /// What was observed of them; a resource without an observation is not planned.
    public var observations: [ResourceID: Result<Observation, HostError>]
    /// Names and paths.
    public var context: PlanContext

    /// Makes a request.
    public init(
        cause: PlanCause, commit: String, declared: [DeclaredResource], departed: [DepartedResource] = [],
        observations: [ResourceID: Result<Observation, HostError>], context: PlanContext
    ) {
        self.cause = cause
        self.commit = commit
        self.declared = declared
        self.departed = departed
        self.observations = observations
        self.context = context
    }
}
