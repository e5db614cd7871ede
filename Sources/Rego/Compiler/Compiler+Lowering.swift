extension Compiler {
    /// The group that gives the document a node belongs to.
    func group(of node: Int) -> Int? {
        var current: Int? = node
        while let index = current {
            if let group = tree[index].group { return group }
            current = tree[index].parent
        }
        return nil
    }

    /// Resolves one rule.
    mutating func lower(_ index: Int) -> LoweredRule {
        let entry = rules[index]
        let lowerer = RuleLowerer(self, module: scopes[entry.module], rule: index)
        var lowered = LoweredRule()
        lowered.module = entry.module
        lowered.isDefault = entry.rule.isDefault
        lowered.span = entry.rule.span
        if let arguments = entry.rule.head.arguments {
            lowered.argumentCount = arguments.count
            lowered.argumentGoals = lowerer.lowerArguments(arguments)
        } else {
            _ = lowerer.frame.add("key", .none, isGenerated: true)
            lowerer.scopes.append(RuleLowerer.Scope())
        }
        let groupPath = group(of: entry.node).map { groups[$0].path.count - 1 } ?? entry.prefix.count
        let constants = entry.prefix.dropFirst(groupPath).map(LoweredTerm.constant)
        let head = entry.rule.head
        let (goals, parts) = lowerer.lowerBody(entry.rule.body) { goals in
            let suffix = entry.suffix.map { lowerer.lowerNested($0, hoistsAll: false, into: &goals) }
            let key = head.key.map { lowerer.lowerNested($0, hoistsAll: false, into: &goals) }
            return (suffix, key, lowerer.lowerNested(head.value, hoistsAll: false, into: &goals))
        }
        lowered.path = constants + parts.0
        lowered.key = parts.1
        lowered.branches.append(LoweredRule.Branch(value: parts.2, goals: goals, span: entry.rule.span))
        for branch in entry.rule.elseBranches {
            let (goals, value) = lowerer.lowerBody(branch.body) { goals in
                lowerer.lowerNested(branch.value, hoistsAll: false, into: &goals)
            }
            lowered.branches.append(LoweredRule.Branch(value: value, goals: goals, span: branch.span))
        }
        for (register, unused) in lowerer.unused.sorted(by: { $0.key < $1.key }) {
            let name = lowerer.frame.variables[register].name
            let message =
                switch unused.kind {
                case .declared: "declared var \(name) unused"
                case .assigned: "assigned var \(name) unused"
                case .argument: "unused argument \(name). (hint: use _ (wildcard variable) instead)"
                }
            lowerer.fail(.compile, message, unused.span)
        }
        usedGlobals[entry.module, default: []].formUnion(lowerer.usedGlobals)
        lowered.frame = lowerer.frame
        lowered.references = lowerer.references
        lowered.isStable = lowerer.isStable
        errors += lowerer.errors
        deprecatedCalls += lowerer.deprecatedCalls
        return lowered
    }

    /// In strict mode: the imports that nobody uses.
    mutating func checkUnusedImports() {
        guard options.isStrict else { return }
        for (index, module) in modules.enumerated() {
            for declaration in module.imports {
                let names = declaration.names
                guard names[0] == "data" || names[0] == "input" else { continue }
                guard !(usedGlobals[index]?.contains(declaration.name) ?? false) else { continue }
                let alias = declaration.alias.map { " as \($0)" } ?? ""
                report(
                    .compile, "import \(names.joined(separator: "."))\(alias) unused", module: index,
                    declaration.span)
            }
        }
    }

    // MARK: Recursion

    /// Finds the rules that need themselves.
    mutating func checkRecursion() {
        var state = [UInt8](repeating: 0, count: rules.count)
        var reported: Set<Int> = []
        for start in rules.indices where state[start] == 0 {
            // A stack of its own: policies may be as deep as they like.
            var stack: [(rule: Int, rest: [Int])] = [(start, lowered[start].references.sorted())]
            state[start] = 1
            while let top = stack.last {
                guard let next = top.rest.first else {
                    state[top.rule] = 2
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].rest.removeFirst()
                if state[next] == 1 {
                    guard let begin = stack.firstIndex(where: { $0.rule == next }) else { continue }
                    let cycle = stack[begin...].map(\.rule)
                    for (offset, rule) in cycle.enumerated() where reported.insert(rule).inserted {
                        let turned = cycle[offset...] + cycle[..<offset] + [rule]
                        let names = turned.map { displayName($0) }.joined(separator: " -> ")
                        report(
                            .recursion, "rule \(displayName(rule)) is recursive: \(names)",
                            module: rules[rule].module, rules[rule].rule.head.span)
                    }
                } else if state[next] == 0 {
                    state[next] = 1
                    stack.append((next, lowered[next].references.sorted()))
                }
            }
        }
    }

    /// Finds what can be kept from one evaluation to the next: all but what refers to something that changes.
    mutating func findStableRules() {
        stableRules = lowered.map(\.isStable)
        var users: [[Int]] = Array(repeating: [], count: rules.count)
        for (index, rule) in lowered.enumerated() {
            for reference in rule.references { users[reference].append(index) }
        }
        var waiting = stableRules.indices.filter { !stableRules[$0] }
        while let next = waiting.popLast() {
            for user in users[next] where stableRules[user] {
                stableRules[user] = false
                waiting.append(user)
            }
        }
    }

    func displayName(_ rule: Int) -> String {
        let entry = rules[rule]
        let name = RuleNode.format(["data"] + entry.prefix)
        return name + entry.suffix.map { "[\(scopes[entry.module].source.text($0.span))]" }.joined()
    }

    // MARK: Safety

    /// Checks that every variable of every rule is bound somewhere.
    mutating func checkSafety() {
        for index in rules.indices {
            let rule = lowered[index]
            let source = scopes[rule.module].source
            var checker = SafetyChecker(frame: rule.frame, source: source)
            var bound = RegisterSet(0..<FrameLayout.firstArgument)
            for register in 0..<rule.argumentCount { bound.insert(FrameLayout.firstArgument + register) }
            checker.check(rule.argumentGoals, bound: &bound)
            for (number, branch) in rule.branches.enumerated() {
                var inner = bound
                checker.check(branch.goals, bound: &inner)
                let head = rules[index].rule.head
                var mentions = Mentions()
                if number == 0 {
                    for term in rule.path { mentions.add(term) }
                    if let key = rule.key { mentions.add(key) }
                }
                mentions.add(branch.value)
                checker.checkHead(mentions.direct.subtracting(inner), head.span)
                var terms = rule.path
                if let key = rule.key { terms.append(key) }
                for term in terms + [branch.value] { checker.checkClosures(term, bound: inner) }
            }
            errors += checker.errors
        }
    }
}
