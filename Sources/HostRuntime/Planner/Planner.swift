internal import Model

/// Makes plans.
///
/// Pure: the same request gives the same plan, and nothing is read or written.
public enum Planner {
    /// The ordered changes that would remove every difference, and what could not be planned.
    ///
    /// Units that left come first, so that what takes their place can start; then what is declared, in the order of its
    /// dependencies; then paths that left, from the deepest; then what was there before them is put back.
    public static func plan(_ request: PlanRequest) -> PlanResult {
        var draft = PlanDraft(
            context: request.context, observations: request.observations, departure: request.cause.ofDeparture)
        let removals = DepartureOrder(request)
        for departed in removals.units { draft.remove(departed, after: []) }
        // What no run ever removes holds nothing up.
        let staying = Set(removals.units.lazy.filter(\.isNeverRemoved).map(\.id))
        let stopped = draft.changes.map(\.resource).filter { !staying.contains($0) }
        for resource in ordered(request.declared) { draft.add(resource, after: stopped) }
        let changedUnits = draft.changes.map(\.resource).filter { $0.type == .unit && stopped.contains($0) }
        for departed in removals.paths { draft.remove(departed, after: changedUnits) }
        draft.putBack()
        return PlanResult(
            plan: Plan(draft.changes, for: request.cause, commit: request.commit), problems: draft.problems,
            inSync: draft.inSync, onTheirWay: draft.onTheirWay, forgettable: removals.forgettable + draft.removed)
    }

    /// A part of a graph is in its order already; a list that is not gets it here.
    private static func ordered(_ declared: [DeclaredResource]) -> [DeclaredResource] {
        var numbers: [ResourceID: Int32] = [:]
        for (index, resource) in declared.enumerated() { numbers[resource.id] = Int32(index) }
        let order = TopologicalOrder(dependencies: declared.map { $0.dependencies.compactMap { numbers[$0] } })
        precondition(!order.isPartial, "a plan is made from an order without cycles")
        return order.order.map { declared[$0] }
    }
}

extension PlanCause {
    /// Why what left the declaration is removed, in a plan that is made for this cause; nil for the same.
    ///
    /// Going back to a generation also removes what came since, and that is what the operator asked for.
    fileprivate var ofDeparture: PlanCause? {
        switch self {
        case .change, .drift: .prune
        case .prune, .rollback, .heal: nil
        }
    }
}
