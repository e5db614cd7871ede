/// Makes closures of lowered rules: what a query needs and nothing else.
///
/// Each step of a body knows the next one, so that running a body is a chain of calls; what is bound at each place is
/// known here, so that registers need no trail to undo.
final class Generator {
    let compiler: Compiler
    private(set) var groups: [RuleGroup?]
    private var waiting: [Int] = []
    /// The registers that are evaluated where they are used.
    var inlined: [Int: LoweredTerm] = [:]
    /// The variables of the frame, to know those that nobody reads.
    var frameNames: [VariableInfo] = []
    /// Where the rule that is generated stands.
    var source: SourceText
    /// Whether the body that is generated searches or calls rules, so that its answers are worth keeping.
    var isCostly = false
    /// How many places look for elements by their fields.
    var siteCount = 0
    /// Whether the closures tell what they do.
    let isTraced: Bool
    /// How many nodes a trace can speak of.
    var nodeCount = 0

    init(_ compiler: Compiler, source: SourceText, isTraced: Bool = false) {
        self.compiler = compiler
        self.source = source
        self.isTraced = isTraced
        groups = [RuleGroup?](repeating: nil, count: compiler.groups.count)
    }

    /// The group with a number; its rules are made when `finish` is called.
    func group(_ id: Int) -> RuleGroup {
        if let known = groups[id] { return known }
        let plan = compiler.groups[id]
        let first = compiler.rules[plan.rules[0]]
        let site = CallSite(source: compiler.scopes[first.module].source, span: first.rule.head.span)
        let made = RuleGroup(id: id, kind: plan.kind, path: Array(plan.path.dropFirst()), site: site)
        groups[id] = made
        waiting.append(id)
        return made
    }

    func group(at node: Int) -> RuleGroup? {
        compiler.tree[node].group.map(group)
    }

    func site(_ span: Span) -> CallSite { CallSite(source: source, span: span) }

    /// Makes the rules of all groups that are needed.
    func finish() {
        while let id = waiting.popLast() { fill(id) }
    }

    private func fill(_ id: Int) {
        guard let group = groups[id] else { return }
        let plan = compiler.groups[id]
        let rules = plan.rules.map { compiler.lowered[$0] }
        group.frameSize = max(rules.map(\.frame.count).max() ?? 0, FrameLayout.firstArgument + 1)
        let constants = rules.filter { !$0.isDefault }.flatMap { $0.branches.map(\.value.constant) }
        group.hasOneValue = !constants.isEmpty && Set(constants).count == 1 && constants[0] != nil
        group.isFlat = plan.kind == .partial && rules.allSatisfy { $0.path.count == 1 && $0.key == nil }
        isCostly = false
        var entries: [RuleIndex.Entry] = []
        var evaluations: [String: Evaluation] = [:]
        for rule in rules {
            source = compiler.scopes[rule.module].source
            frameNames = rule.frame.variables
            if rule.isDefault {
                inlined = [:]
                group.defaultValue = tracedDefault(rule, of: group, value(rule.branches[0].value, []))
                continue
            }
            entries.append(
                RuleIndex.Entry(rule: group.members.count, demands: demands(of: rule, &evaluations)))
            group.members.append(member(rule, of: group, isKeyed: false))
            if plan.kind == .set || plan.kind == .partial {
                group.keyedMembers.append(member(rule, of: group, isKeyed: true))
            }
        }
        group.isMemoized = isCostly
        // What a traced query finds is told each time.
        group.isStable = !isTraced && plan.rules.allSatisfy { compiler.stableRules[$0] }
        group.index = RuleIndex(entries, evaluations: evaluations)
        if isTraced { group.index = tracedIndex(group) }
    }

    // MARK: Rules

    private func member(_ rule: LoweredRule, of group: RuleGroup, isKeyed: Bool) -> RuleGroup.Member {
        var bound = RegisterSet(0..<FrameLayout.firstArgument)
        for offset in 0..<rule.argumentCount { bound.insert(FrameLayout.firstArgument + offset) }
        if isKeyed { bound.insert(FrameLayout.firstArgument) }
        var branches: [Step] = []
        for branch in rule.branches {
            var goals = rule.argumentGoals
            if isKeyed, let first = rule.path.first ?? rule.key {
                goals.append(
                    Goal(
                        kind: .unify(.variable(FrameLayout.firstArgument), first, isComparison: false),
                        span: branch.span))
            }
            goals += branch.goals
            inlined = [:]
            guard isTraced else {
                branches.append(
                    body(goals, bound) { bound in
                        self.head(rule, branch.value, of: group, isKeyed: isKeyed, bound)
                    })
                continue
            }
            let node = node(.rule, branch.span, text: group.tracePath)
            let run = body(goals, bound) { bound in
                let head = self.head(rule, branch.value, of: group, isKeyed: isKeyed, bound)
                return self.exiting(node, isEarly: group.hasOneValue, head)
            }
            branches.append(entering(node, run))
        }
        return RuleGroup.Member(branches: branches)
    }

    /// What a rule does with a solution of its body.
    private func head(
        _ rule: LoweredRule, _ term: LoweredTerm, of group: RuleGroup, isKeyed: Bool, _ bound: RegisterSet
    ) -> Step {
        let value = value(term, bound)
        switch group.kind {
        case .complete, .function:
            return single(value, isConstant: term.constant != nil, of: group)
        case .set:
            guard let key = rule.key else { return { _ in false } }
            if isKeyed {
                return { machine in
                    machine.frame[FrameLayout.result] = machine.frame[FrameLayout.firstArgument]
                    machine.frame[FrameLayout.hasResult] = .bool(true)
                    return true
                }
            }
            let member = self.value(key, bound)
            return { machine in
                guard let found = try member(machine) else { return false }
                if machine.set.insert(found) { try machine.charge(bytes: 48) }
                return false
            }
        case .partial:
            if group.isFlat, isKeyed { return single(value, isConstant: term.constant != nil, of: group) }
            if group.isFlat { return entry(rule, value, of: group, bound) }
            return place(rule, value, of: group, isKeyed: isKeyed, bound)
        }
    }

    private func single(_ value: @escaping Evaluation, isConstant: Bool, of group: RuleGroup) -> Step {
        { machine in
            guard let found = try value(machine) else { return false }
            let frame = machine.frame
            if case .bool(true) = frame[FrameLayout.hasResult] {
                if frame[FrameLayout.result] != found { throw group.conflict }
                return false
            }
            frame[FrameLayout.result] = found
            frame[FrameLayout.hasResult] = .bool(true)
            return group.hasOneValue
        }
    }

    private func entry(
        _ rule: LoweredRule, _ value: @escaping Evaluation, of group: RuleGroup, _ bound: RegisterSet
    ) -> Step {
        let key = self.value(rule.path[0], bound)
        let hasBranches = rule.branches.count > 1
        return { machine in
            if hasBranches { machine.frame[FrameLayout.hasResult] = .bool(true) }
            guard let foundKey = try key(machine), let found = try value(machine) else { return false }
            if let known = machine.object[foundKey] {
                if known != found { throw group.conflict }
            } else {
                try machine.charge(bytes: 64)
                machine.object.insert(foundKey, found)
            }
            return false
        }
    }

    private func place(
        _ rule: LoweredRule, _ value: @escaping Evaluation, of group: RuleGroup, isKeyed: Bool, _ bound: RegisterSet
    ) -> Step {
        let path = rule.path.dropFirst(isKeyed ? 1 : 0).map { self.value($0, bound) }
        let member = rule.key.map { self.value($0, bound) }
        let hasBranches = rule.branches.count > 1
        return { machine in
            if hasBranches { machine.frame[FrameLayout.hasResult] = .bool(true) }
            var keys: [RegoValue] = []
            for key in path {
                guard let found = try key(machine) else { return false }
                keys.append(found)
            }
            try machine.charge(bytes: 96 * (keys.count + 1))
            if let member {
                guard let found = try member(machine) else { return false }
                guard machine.document.insertMember(found, at: keys[...]) else { throw group.conflict }
            } else {
                guard let found = try value(machine) else { return false }
                guard machine.document.insert(found, at: keys[...]) else { throw group.conflict }
            }
            return false
        }
    }

    // MARK: Index

    /// The constants that a rule demands of the input or of its arguments.
    private func demands(
        of rule: LoweredRule, _ evaluations: inout [String: Evaluation]
    ) -> [String: RegoValue] {
        guard rule.branches.count == 1 else { return [:] }
        var demands: [String: RegoValue] = [:]
        for goal in rule.argumentGoals + rule.branches[0].goals {
            guard !goal.isNegated, goal.with.isEmpty, case .unify(let left, let right, _) = goal.kind else { continue }
            for (subject, other) in [(left, right), (right, left)] {
                guard let constant = other.constant, let name = indexName(subject, rule) else { continue }
                if demands[name] == nil { demands[name] = constant }
                if evaluations[name] == nil {
                    inlined = [:]
                    let bound = RegisterSet(0..<(FrameLayout.firstArgument + rule.argumentCount))
                    evaluations[name] = value(subject, bound)
                }
            }
        }
        return demands
    }

    private func indexName(_ term: LoweredTerm, _ rule: LoweredRule) -> String? {
        switch term {
        case .variable(let id):
            let offset = id - FrameLayout.firstArgument
            return rule.argumentCount > 0 && offset >= 0 && offset < rule.argumentCount ? "argument \(offset)" : nil
        case .ref(let ref):
            guard case .input = ref.head, !ref.isDynamic, !ref.path.isEmpty else { return nil }
            return RuleNode.format(["input"] + ref.path.compactMap(\.constant))
        default:
            return nil
        }
    }
}
