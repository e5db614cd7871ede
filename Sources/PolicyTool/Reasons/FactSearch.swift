import Rego

/// Leaves out of input and base document whatever a decision does not need, by evaluating it again and again.
///
/// From the roots down, the places of each depth are left out in ever smaller groups (delta debugging), then leaf by
/// leaf until none can go; where few are left, every subset of them is tried.
struct FactSearch {
    /// Up to how many facts every subset is tried.
    static let subsetMaximum = 10

    let roots: [FactTree]
    /// How many evaluations are left.
    private(set) var budget: Int
    /// How many evaluations there were.
    private(set) var evaluationCount = 0
    /// Whether no proper subset of what is kept gives the decision.
    private(set) var isSubsetMinimal = false
    private let holds: (_ input: RegoValue?, _ data: RegoValue?) throws -> Bool
    private var isExhausted = false

    /// A search; `holds` says whether the decision is the same, given the documents that are left.
    init(
        input: RegoValue?, data: RegoValue, budget: Int,
        holds: @escaping (_ input: RegoValue?, _ data: RegoValue?) throws -> Bool
    ) {
        var roots: [FactTree] = []
        if let input { roots.append(FactTree(input, key: "input", isData: false)) }
        roots.append(FactTree(data, key: "data", isData: true))
        self.roots = roots
        self.budget = budget
        self.holds = holds
    }

    /// Whether there were evaluations enough for no single fact to be left out.
    var isComplete: Bool { !isExhausted }

    /// The facts that are kept.
    var facts: [PolicyFact] {
        leaves.map(\.fact)
    }

    private var leaves: [FactTree] { roots.flatMap { $0.leaves() } }

    mutating func run() {
        // The input first: to change it, the query need not be prepared again.
        for isData in [false, true] {
            var level = roots.filter { $0.isData == isData }
            while !level.isEmpty {
                reduce(level)
                level = level.filter(\.isKept).flatMap(\.children)
            }
        }
        reduceSingly()
        trySubsets()
    }

    /// Leaves out groups of these places, halving the groups as long as something stays.
    private mutating func reduce(_ places: [FactTree]) {
        var kept = places
        var size = kept.count
        while size > 0, !kept.isEmpty, !isExhausted {
            var rest: [FactTree] = []
            var start = 0
            while start < kept.count {
                let group = kept[start..<min(start + size, kept.count)]
                if !leavesOut(group) { rest += group }
                start += size
            }
            let hasShrunk = rest.count < kept.count
            kept = rest
            if size == 1, !hasShrunk { return }
            size = size == 1 ? (hasShrunk ? 1 : 0) : (size + 1) / 2
        }
    }

    /// Leaves out single places until none of them can go.
    private mutating func reduceSingly() {
        var hasShrunk = true
        while hasShrunk, !isExhausted {
            hasShrunk = false
            for leaf in leaves where leavesOut([leaf][...]) { hasShrunk = true }
        }
    }

    /// Looks for the smallest subset of the facts that gives the decision.
    private mutating func trySubsets() {
        let leaves = leaves
        guard !isExhausted, leaves.count <= Self.subsetMaximum else { return }
        defer { if !isExhausted { isSubsetMinimal = true } }
        guard leaves.count > 1 else { return }
        let subsets = (0..<(1 << leaves.count) - 1).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
        for subset in subsets {
            for (index, leaf) in leaves.enumerated() { leaf.isKept = subset & (1 << index) != 0 }
            if isSame() { return }
            if isExhausted { break }
        }
        for leaf in leaves { leaf.isKept = true }
    }

    private mutating func leavesOut(_ places: ArraySlice<FactTree>) -> Bool {
        for place in places { place.isKept = false }
        if isSame() { return true }
        for place in places { place.isKept = true }
        return false
    }

    private mutating func isSame() -> Bool {
        guard budget > 0 else {
            isExhausted = true
            return false
        }
        budget -= 1
        evaluationCount += 1
        let input = roots.first { !$0.isData }?.document()
        let data = roots.first { $0.isData }?.document()
        do {
            return try holds(input, data)
        } catch is PolicyProblem {
            isExhausted = true
            return false
        } catch {
            return false
        }
    }
}
