/// The ordered changes that would remove a difference.
public struct Plan: Codable, Sendable, Hashable {
    /// Why the plan was made.
    public var cause: PlanCause
    /// The commit (or `sha256:…` of a directory) that the plan leads to.
    public var commit: String
    /// The changes in an order that respects their dependencies.
    public var changes: [Change]
    /// What the gate said of it; no part of the hash.
    public var gate: [GateFinding]

    /// Makes a plan.
    public init(cause: PlanCause, commit: String, changes: [Change], gate: [GateFinding] = []) {
        self.cause = cause
        self.commit = commit
        self.changes = changes
        self.gate = gate
    }

    /// Makes a plan for a cause; when every change has one other cause in common, that is the plan's.
    ///
    /// So the removal of what left the declaration is a plan of its own cause, `prune`. Together with changes it stays
    /// one plan, so that a failure undoes both, and each change says its own cause.
    public init(_ changes: [Change], for cause: PlanCause, commit: String) {
        let own = changes.first?.cause ?? cause
        let isShared = changes.allSatisfy { ($0.cause ?? cause) == own }
        self.init(cause: isShared ? own : cause, commit: commit, changes: changes)
    }

    /// Why one of the changes is made.
    public func cause(of change: Change) -> PlanCause { change.cause ?? cause }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { changes.isEmpty }
    /// The highest risk of any change.
    public var risk: Risk { changes.map(\.risk).max() ?? .low }
}

/// Why a plan was made; policies see it as `input.plan.cause`.
public enum PlanCause: String, Codable, Sendable, Hashable, CaseIterable {
    /// A new commit wants it.
    case change
    /// It appeared after convergence.
    case drift
    /// A resource left the blueprint.
    case prune
    /// An operator goes back to a generation.
    case rollback
    /// A controller heals something.
    case heal
}
