package import HostRuntime
package import Model
package import Store

/// Plans against a host as the loop does: graph, observation, plan.
package struct Planning {
    /// The host.
    package let host: SimulatedHost
    /// Digests kept between looks.
    package let cache = HashCache()

    /// Takes a host.
    package init(_ host: SimulatedHost) { self.host = host }

    /// The plan for declarations on a new host that was prepared.
    package static func plan(
        _ declared: [DeclaredResource], _ prepare: (SimulatedHost) -> Void = { _ in }
    ) throws -> PlanResult {
        let host = SimulatedHost(seed: 1)
        prepare(host)
        return try Planning(host).plan(declared)
    }

    /// The plan for declarations and departures.
    package func plan(
        _ declared: [DeclaredResource], departed: [DepartedResource] = [], unitFiles: [ResourceID: [NamedState]] = [:],
        cause: PlanCause = .change
    ) throws -> PlanResult {
        let graph = try ResourceGraph(declared)
        let targets = departed.map(\.target)
        var context = ObservationContext(declared: graph.resources + targets, on: host, cache: cache)
        context.unitFiles = unitFiles
        for departed in departed where departed.id.type == .unit {
            context.unitFiles[departed.id] = departed.unitFiles
        }
        let observations = ProviderRegistry.observe(graph.resources + targets, on: host, context: context)
        return Planner.plan(
            PlanRequest(
                cause: cause, commit: "c1", declared: graph.resources, departed: departed, observations: observations,
                context: PlanContext(context)))
    }
}
