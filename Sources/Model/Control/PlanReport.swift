/// What `aetherctl plan` shows: the plan that would run, what the gate says of it, and what cannot be planned.
public struct PlanReport: Codable, Sendable, Hashable {
    /// The plan; a run of it is the plan applied (I5).
    public var plan: Plan
    /// The hash that `reconcile --plan` takes.
    public var hash: String
    /// Findings of the gate.
    public var gate: [GateFinding]
    /// Resources that could not be observed or planned.
    public var problems: [ResourceProblem]
    /// Errors of the compiler, when a directory was given that does not compile.
    public var errors: [CompileDiagnostic]

    /// Makes a report.
    public init(
        plan: Plan, hash: String, gate: [GateFinding], problems: [ResourceProblem], errors: [CompileDiagnostic] = []
    ) {
        self.plan = plan
        self.hash = hash
        self.gate = gate
        self.problems = problems
        self.errors = errors
    }
}

/// What the gate says of a plan or one of its changes.
public struct GateFinding: Codable, Sendable, Hashable {
    /// The effect.
    public var effect: GateEffect
    /// The change it is about; nil for the whole plan.
    public var resource: ResourceID?
    /// Why.
    public var message: String

    /// Makes a finding.
    public init(effect: GateEffect, resource: ResourceID? = nil, message: String) {
        self.effect = effect
        self.resource = resource
        self.message = message
    }
}

/// The effects of Conftest's convention.
public enum GateEffect: String, Codable, Sendable, Hashable {
    case deny
    case warn
    case requireApproval = "require_approval"
}

/// Why a resource could not be observed or planned.
public struct ResourceProblem: Codable, Sendable, Hashable {
    /// The resource.
    public var resource: ResourceID
    /// A named cause.
    public var reason: Reason
    /// A sentence.
    public var message: String

    /// Makes a problem.
    public init(resource: ResourceID, reason: Reason, message: String) {
        self.resource = resource
        self.reason = reason
        self.message = message
    }
}
