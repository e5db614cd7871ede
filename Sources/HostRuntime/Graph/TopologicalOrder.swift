/// An order of numbered nodes in which every node comes after those that it depends on; among those that are free, the
/// one with the lowest number comes first, so that one input has one order.
struct TopologicalOrder {
    /// The nodes in order; fewer than there are when there is a cycle.
    let order: [Int]
    /// How many dependencies deep each node lies; 0 for those without any.
    ///
    /// Nodes of a cycle have none.
    let depths: [Int]

    /// Orders nodes by what each depends on.
    init(dependencies: [[Int32]]) {
        var depths = [Int](repeating: 0, count: dependencies.count)
        var isOrdered = true
        for (node, first) in dependencies.enumerated() where isOrdered {
            for dependency in first {
                if dependency >= node { isOrdered = false }
                depths[node] = max(depths[node], depths[Int(dependency)] + 1)
            }
        }
        if isOrdered {
            // What is in order already stays as it is.
            (order, self.depths) = (Array(dependencies.indices), depths)
        } else {
            (order, self.depths) = Self.sorted(dependencies)
        }
    }

    private static func sorted(_ dependencies: [[Int32]]) -> (order: [Int], depths: [Int]) {
        var missing = dependencies.map { Int32($0.count) }
        var dependents = [[Int32]](repeating: [], count: dependencies.count)
        for (node, first) in dependencies.enumerated() {
            for dependency in first { dependents[Int(dependency)].append(Int32(node)) }
        }
        var depths = [Int](repeating: 0, count: dependencies.count)
        var order: [Int] = []
        order.reserveCapacity(dependencies.count)
        var free = LowestFirst()
        for node in dependencies.indices where missing[node] == 0 { free.insert(Int32(node)) }
        while let node = free.removeLowest() {
            order.append(Int(node))
            for dependent in dependents[Int(node)] {
                depths[Int(dependent)] = max(depths[Int(dependent)], depths[Int(node)] + 1)
                missing[Int(dependent)] -= 1
                if missing[Int(dependent)] == 0 { free.insert(dependent) }
            }
        }
        return (order, depths)
    }

    /// Whether there is a cycle.
    var isPartial: Bool { order.count < depths.count }
}

/// A binary heap that gives its lowest number first.
private struct LowestFirst {
    private var heap: [Int32] = []

    mutating func insert(_ value: Int32) {
        heap.append(value)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeLowest() -> Int32? {
        guard let lowest = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return lowest }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == parent { return lowest }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
