internal import Model

/// Collects the edges of a graph as numbers, and what is wrong with them.
struct GraphBuilder {
    private let resources: [DeclaredResource]
    private var numbers: [ResourceID: Int] = [:]
    private var problems: [GraphError.Problem] = []
    private var explicit: [[Int32]]
    /// What each resource comes after, without doubles, in the order of the list.
    private(set) var dependencies: [[Int32]]

    init(_ resources: [DeclaredResource]) {
        self.resources = resources
        explicit = Array(repeating: [], count: resources.count)
        dependencies = explicit
        numbers.reserveCapacity(resources.count)
        var paths: [Substring: Int] = Dictionary(minimumCapacity: resources.count)
        for (index, resource) in resources.enumerated() {
            if let first = numbers.updateValue(index, forKey: resource.id) {
                addDouble(index, first, "'\(resource.id)' is declared twice; the first is at")
            } else if resource.id.type.isPath, let first = paths.updateValue(index, forKey: resource.id.identity[...]) {
                addDouble(
                    index, first, "'\(resource.id)' and '\(resources[first].id)' are the same path; the other is at")
            }
        }
        addReferences()
        let implied = ImpliedEdges(resources, atPath: paths)
        problems += implied.problems
        dependencies = explicit
        for edge in implied.edges where edge.node != edge.first { dependencies[edge.node].append(Int32(edge.first)) }
        for index in dependencies.indices where dependencies[index].count > 1 {
            dependencies[index].sort()
            var previous: Int32 = -1
            dependencies[index].removeAll { number in
                defer { previous = number }
                return number == previous
            }
        }
    }

    /// Throws what was found; bounded, in the order of the declarations.
    mutating func check() throws(GraphError) {
        if !problems.isEmpty { throw GraphError(Array(problems.prefix(ResourceGraph.problemMaximum))) }
    }

    private mutating func addDouble(_ index: Int, _ first: Int, _ text: String) {
        let place = resources[first].position
        problems.append(
            GraphError.Problem(
                .duplicate, "\(text) \(place.file):\(place.line):\(place.column)", at: resources[index].position,
                resources: [resources[index].id, resources[first].id]))
    }

    private mutating func addReferences() {
        for (index, resource) in resources.enumerated() {
            var references = resource.dependencies
            if case .unit(let unit) = resource.attributes { references += unit.restartOn + unit.reloadOn }
            for reference in references {
                if let number = numbers[reference] {
                    explicit[index].append(Int32(number))
                } else if problems.count < ResourceGraph.problemMaximum {
                    problems.append(
                        GraphError.Problem(
                            .unknownReference,
                            "'\(resource.id)' refers to '\(reference)', which is not declared"
                                + suggestion(for: reference),
                            at: resource.position, resources: [resource.id, reference]))
                }
            }
        }
    }

    /// The same identity under another type, else the nearest name of the type.
    private func suggestion(for reference: ResourceID) -> String {
        for type in ResourceType.allCases where type != reference.type {
            let other = ResourceID(type: type, identity: reference.identity)
            if numbers[other] != nil { return "; did you mean '\(other)'?" }
        }
        return Suggestion.clause(
            for: reference.description,
            among: resources.lazy.filter { $0.id.type == reference.type }.map(\.id.description))
    }
}

extension GraphBuilder {
    /// Cycles among the nodes that an order left out, each found once.
    func cycles(outside order: TopologicalOrder) -> [GraphError.Problem] {
        var isSettled = [Bool](repeating: false, count: resources.count)
        for node in order.order { isSettled[node] = true }
        var found: [GraphError.Problem] = []
        for start in resources.indices where !isSettled[start] && found.count < 10 {
            guard let cycle = cycle(from: start, isSettled: &isSettled) else { continue }
            found.append(problem(of: cycle))
        }
        return found
    }

    /// Follows unsettled dependencies until a node comes again; every node that was visited is settled then.
    private func cycle(from start: Int, isSettled: inout [Bool]) -> [Int]? {
        var path: [Int] = []
        var places: [Int: Int] = [:]
        var node = start
        while true {
            if let place = places[node] {
                for visited in path { isSettled[visited] = true }
                return Array(path[place...])
            }
            places[node] = path.count
            path.append(node)
            guard let next = dependencies[node].first(where: { !isSettled[Int($0)] }) else {
                for visited in path { isSettled[visited] = true }
                return nil
            }
            node = Int(next)
        }
    }

    private func problem(of cycle: [Int]) -> GraphError.Problem {
        // The cycle begins at the declaration that stands first, so that one cycle has one message.
        let lowest = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
        let nodes = Array(cycle[lowest...] + cycle[..<lowest])
        var text = "the order has a cycle: "
        for (place, node) in nodes.enumerated() {
            let next = nodes[(place + 1) % nodes.count]
            let position = resources[node].position
            let why = explicit[node].contains(Int32(next)) ? "after" : "after (implied)"
            text += "'\(resources[node].id)' (\(position.file):\(position.line):\(position.column)) \(why) "
        }
        text += "'\(resources[nodes[0]].id)'; drop one of these"
        return GraphError.Problem(
            .cycle, text, at: resources[nodes[0]].position, resources: nodes.map { resources[$0].id })
    }
}
