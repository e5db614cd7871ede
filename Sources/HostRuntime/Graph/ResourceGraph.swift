public import Model

/// Declared resources in the order in which they are made: explicit `after`, `restartOn` and `reloadOn`, and the edges
/// that everyone expects without writing them.
///
/// The order depends on nothing but the list: among resources that are free to come next, the one that was declared
/// first does.
public struct ResourceGraph: Sendable {
    /// The declarations in order, each with every edge in `dependencies`, and with the owner, group and mode that
    /// recursive directories above it give it.
    public let resources: [DeclaredResource]
    /// The same, in layers: each depends on earlier layers only, so that all of one layer may be made at a time.
    public let layers: [[ResourceID]]

    /// How many problems an error lists.
    static let problemMaximum = 100

    /// Orders declarations; throws with every broken reference, duplicate and conflict, or with the cycles.
    public init(_ declared: [DeclaredResource]) throws(GraphError) {
        var builder = GraphBuilder(declared)
        try builder.check()
        let order = TopologicalOrder(dependencies: builder.dependencies)
        if order.isPartial { throw GraphError(builder.cycles(outside: order)) }
        let metadata = RecursiveMetadata(declared)
        resources = order.order.map { index in
            var resource = metadata.completing(declared[index])
            let first = builder.dependencies[index].map { declared[Int($0)].id }
            // Setting them makes another of the resource.
            if resource.dependencies != first { resource.dependencies = first }
            return resource
        }
        var layers: [[ResourceID]] = []
        for index in order.order {
            while layers.count <= order.depths[index] { layers.append([]) }
            layers[order.depths[index]].append(declared[index].id)
        }
        self.layers = layers
    }

    /// The identities in order.
    public var order: [ResourceID] { resources.map(\.id) }
    /// The identities in the order in which they are removed.
    public var removalOrder: [ResourceID] { resources.reversed().map(\.id) }

    /// What comes directly after each resource that something comes after.
    public func dependents() -> [ResourceID: [ResourceID]] {
        var dependents: [ResourceID: [ResourceID]] = [:]
        for resource in resources {
            for first in resource.dependencies { dependents[first, default: []].append(resource.id) }
        }
        return dependents
    }
}
