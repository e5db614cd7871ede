/// `graph.reachable` and `graph.reachable_paths`.
enum GraphBuiltins {
    private static let edges = RegoType.object(.any, .collection(.any))

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("graph.reachable", [edges, .collection(.any)], .set(.any), evaluate: reachable),
        BuiltinDeclaration(
            "graph.reachable_paths", [edges, .collection(.any)], .set(.array(.any)), evaluate: reachablePaths),
    ]

    static func reachable(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let graph = try arguments.object(0)
        var queue = try initial(arguments)
        var reached = RegoSet()
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            try context.spend()
            guard let edges = graph[node], reached.insert(node) else { continue }
            for neighbor in neighbors(edges) where !reached.contains(neighbor) { queue.append(neighbor) }
            try context.charge(bytes: 24)
        }
        return .set(reached)
    }

    static func reachablePaths(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let graph = try arguments.object(0)
        var paths = RegoSet()
        for node in try initial(arguments) {
            guard let edges = graph[node] else { continue }
            let next = neighbors(edges)
            if next.isEmpty { paths.insert([node]) }
            for neighbor in next {
                try follow(graph, neighbor, [node], [node], &paths, context)
            }
        }
        return .set(paths)
    }

    private struct Step {
        let path: RegoArray
        let neighbors: ContiguousArray<RegoValue>
        var next = 0
    }

    /// Goes down from one neighbor of a start; a node that was left once ends every later path that comes to it.
    private static func follow(
        _ graph: RegoObject, _ start: RegoValue, _ path: RegoArray, _ seen: RegoSet, _ paths: inout RegoSet,
        _ context: BuiltinContext
    ) throws(BuiltinError) {
        var seen = seen
        var pending: [Step] = []
        func enter(_ node: RegoValue, _ path: RegoArray) throws(BuiltinError) {
            try context.spend()
            try context.charge(bytes: path.count * 16)
            guard let edges = graph[node] else {
                paths.insert(.array(path))
                return
            }
            var path = path
            path.append(node)
            let next = neighbors(edges)
            if next.isEmpty { paths.insert(.array(path)) }
            pending.append(Step(path: path, neighbors: next))
        }
        try enter(start, path)
        while var step = pending.popLast() {
            guard step.next < step.neighbors.count else { continue }
            let neighbor = step.neighbors[step.next]
            step.next += 1
            pending.append(step)
            if seen.contains(neighbor) {
                paths.insert(.array(step.path))
            } else if let node = step.path.last {
                seen.insert(node)
                try enter(neighbor, step.path)
            }
        }
    }

    private static func initial(_ arguments: [RegoValue]) throws(BuiltinError) -> ContiguousArray<RegoValue> {
        switch arguments[1] {
        case .array(let array): return array.elements
        case .set(let set): return set.sorted
        default: throw BuiltinError.operand(2, arguments[1], "{array, set}")
        }
    }

    private static func neighbors(_ edges: RegoValue) -> ContiguousArray<RegoValue> {
        switch edges {
        case .array(let array): array.elements
        case .set(let set): set.sorted
        default: []
        }
    }
}
