import Model
import Store

/// What the host is brought to, chosen from what is known of the source and its generations.
///
/// Pure.
struct Target: Sendable, Hashable {
    /// The generation to bring the host to.
    var generation: Int64
    /// Why: `change` for a new commit, `rollback` while one is held, `drift` for what is in force already.
    var cause: PlanCause

    /// What selection needs to know of a generation.
    struct Candidate: Sendable, Hashable {
        var number: Int64
        var commit: String
        var state: GenerationState
    }

    /// Chooses the target.
    ///
    /// `generations` is newest first. Nil when nothing was ever compiled, or nothing usable is left.
    static func select(from generations: [Candidate], held: SourceKind.HeldCommits?) -> Target? {
        guard let newest = generations.first else { return nil }
        if let held, held.until == newest.commit || newest.number <= held.generation {
            return Target(generation: held.generation, cause: .rollback)
        }
        switch newest.state {
        case .candidate: return Target(generation: newest.number, cause: .change)
        case .good: return Target(generation: newest.number, cause: .drift)
        case .bad, .superseded:
            let good = generations.first { $0.state == .good }
            return good.map { Target(generation: $0.number, cause: .drift) }
        }
    }
}
