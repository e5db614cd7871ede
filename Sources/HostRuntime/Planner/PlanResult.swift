public import Model

/// A plan, and what could not be planned.
public struct PlanResult: Sendable, Hashable {
    /// The changes that would remove every difference that can be removed.
    public var plan: Plan
    /// Resources that could not be planned, with the reason.
    public var problems: [ResourceID: PlanProblem]
    /// Resources that hold already, in order.
    public var inSync: [ResourceID]
    /// Units that lack nothing but a start, which systemd does by itself or cannot do any more.
    ///
    /// They are looked at again when their job ends.
    public var onTheirWay: [ResourceID: UnitTransition]
    /// Departed resources of which nothing is left to remove, so that they can be forgotten.
    public var forgettable: [ResourceID]
}

/// Why a resource could not be planned.
public enum PlanProblem: Sendable, Hashable, CustomStringConvertible {
    /// It could not be observed.
    case observation(HostError)
    /// Its declaration cannot be fulfilled on this host.
    case declaration(HostError)
    /// It differs, but comes after a resource that could not be planned, or lies behind a link that changes first.
    case blocked(by: ResourceID)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .observation(let error), .declaration(let error): error.message
        case .blocked(let id): "waits for '\(id)', which changes first or has a problem of its own"
        }
    }

    /// The error of the resource itself.
    public var error: HostError? {
        switch self {
        case .observation(let error), .declaration(let error): error
        case .blocked: nil
        }
    }
}
