internal import Model
public import Store
import Synchronization

/// Makes plans.
///
/// Pure: the same request gives the same plan, and nothing is read or written.
public enum Planner {
    /// The ordered changes that would remove every difference, and what could not be planned.
    ///
    /// Units that left come first, so that what takes their place can start; then what is declared, in the order of its
    /// dependencies; then paths that left, from the deepest; then what was there before them is put back.
    ///
    /// The changes of many are made on the threads of `loop`.
    public static func plan(
        _ request: PlanRequest, _ loop: ParallelLoop = { count, _, body in body(0..<count) }
    ) -> PlanResult {
        var draft = PlanDraft(
            context: request.context, observations: request.observations, departure: request.cause.ofDeparture)
        let removals = DepartureOrder(request)
        for departed in removals.units { draft.remove(departed, after: []) }
        // What no run ever removes holds nothing up.
        let staying = Set(removals.units.lazy.filter(\.isNeverRemoved).map(\.id))
        let stopped = draft.changes.map(\.resource).filter { !staying.contains($0) }
        let resources = ordered(request.declared)
        for (resource, proposal) in zip(resources, proposals(for: resources, request, loop)) {
            draft.add(resource, proposal, after: stopped)
        }
        let changedUnits = draft.changes.map(\.resource).filter { $0.type == .unit && stopped.contains($0) }
        for departed in removals.paths { draft.remove(departed, after: changedUnits) }
        draft.putBack()
        return PlanResult(
            plan: Plan(draft.changes, for: request.cause, commit: request.commit), problems: draft.problems,
            inSync: draft.inSync, onTheirWay: draft.onTheirWay, forgettable: removals.forgettable + draft.removed)
    }

    /// What would change of each resource by itself; nil where that depends on what else changes, or nothing was
    /// observed.
    private static func proposals(
        for resources: [DeclaredResource], _ request: PlanRequest, _ loop: ParallelLoop
    ) -> [Result<Change?, HostError>?] {
        let pieces = Mutex<[Int: [Result<Change?, HostError>?]]>([:])
        loop(resources.count, 256) { range in
            let piece = resources[range].map { resource -> Result<Change?, HostError>? in
                guard resource.id.type.isPath, case .success(let observed)? = request.observations[resource.id] else {
                    return nil
                }
                return Result { () throws(HostError) in
                    try ProviderRegistry.change(from: observed, to: resource, context: request.context)
                }
            }
            pieces.withLock { $0[range.lowerBound] = piece }
        }
        return pieces.withLock { $0 }.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    /// A part of a graph is in its order already; a list that is not gets it here.
    private static func ordered(_ declared: [DeclaredResource]) -> [DeclaredResource] {
        if declared.allSatisfy(\.dependencies.isEmpty) { return declared }
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
