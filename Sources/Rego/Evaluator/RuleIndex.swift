/// Finds the rules whose equalities with constants can hold, by looking values up instead of trying rules.
struct RuleIndex: Sendable {
    /// One thing to look at, and what follows from its value.
    indirect enum Node: Sendable {
        /// These rules are left.
        case rules([Int])
        /// Those that demand a constant are found by it; the others do not look at this value.
        case lookup(Evaluation, [RegoValue: Node], rest: Node)
        /// The tracer is told how many of these are left.
        case traced(TraceNode, isEarly: Bool, Node)
    }

    let root: Node

    init(root: Node) { self.root = root }

    /// The rules to try, in order.
    func candidates(_ machine: Machine) throws -> [Int] {
        if case .lookup(let evaluation, let table, .rules(let rest)) = root {
            guard let value = try evaluation(machine), let found = table[value] else { return rest }
            if case .rules(let rules) = found, rest.isEmpty { return rules }
        }
        var found: [Int] = []
        try collect(root, machine, &found)
        found.sort()
        return found
    }

    private func collect(_ node: Node, _ machine: Machine, _ found: inout [Int]) throws {
        switch node {
        case .rules(let rules): found += rules
        case .lookup(let evaluation, let table, let rest):
            if let value = try evaluation(machine), let next = table[value] { try collect(next, machine, &found) }
            try collect(rest, machine, &found)
        case .traced(let group, let isEarly, let inner):
            try collect(inner, machine, &found)
            machine.tracer?.index(group, count: found.count, isEarly: isEarly)
        }
    }

    /// Rules as they stand in the index: which values they demand of which references.
    struct Entry {
        var rule: Int
        var demands: [String: RegoValue]
    }

    /// An index over rules, or nil when trying them all is as good.
    init?(_ entries: [Entry], evaluations: [String: Evaluation]) {
        guard entries.count > 1, entries.contains(where: { !$0.demands.isEmpty }) else { return nil }
        root = Self.build(entries, evaluations, depth: 0)
    }

    private static func build(_ entries: [Entry], _ evaluations: [String: Evaluation], depth: Int) -> Node {
        var counts: [String: Int] = [:]
        for entry in entries { for name in entry.demands.keys { counts[name, default: 0] += 1 } }
        let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        guard entries.count > 1, depth < 8, let best, let evaluation = evaluations[best.key] else {
            return .rules(entries.map(\.rule).sorted())
        }
        var table: [RegoValue: [Entry]] = [:]
        var rest: [Entry] = []
        for entry in entries {
            guard let value = entry.demands[best.key] else {
                rest.append(entry)
                continue
            }
            var inner = entry
            inner.demands[best.key] = nil
            table[value, default: []].append(inner)
        }
        return .lookup(
            evaluation, table.mapValues { build($0, evaluations, depth: depth + 1) },
            rest: build(rest, evaluations, depth: depth + 1))
    }
}
