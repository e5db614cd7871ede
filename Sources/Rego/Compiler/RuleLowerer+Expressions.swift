extension RuleLowerer {
    func lower(_ expression: Expr, into goals: inout [Goal]) {
        let with = expression.with.compactMap { lowerWith($0, into: &goals) }
        let start = goals.count
        switch expression.kind {
        case .some(let names):
            for name in names {
                if case .variable(let text) = name.value { _ = declare(text, name.span, isSome: true, kind: .declared) }
            }
        case .someIn(let key, let value, let domain):
            lowerSomeIn(key, value, domain, expression.span, into: &goals)
        case .every(let key, let value, let domain, let body):
            lowerEvery(key, value, domain, body, expression.span, into: &goals)
        case .term(let term):
            lowerStatement(term, expression, into: &goals)
        }
        if expression.isNegated, goals.count > start {
            goals[goals.count - 1].isNegated = true
        }
        guard !with.isEmpty else { return }
        let group = nextGroup()
        for index in start..<goals.count {
            goals[index].with = with + goals[index].with
            goals[index].withGroup = group
        }
    }

    private func lowerStatement(_ term: Term, _ expression: Expr, into goals: inout [Goal]) {
        let span = expression.span
        let hoistsAll = expression.isNegated
        guard case .call(let target, let arguments) = term.value else {
            let lowered = lowerTop(term, hoistsAll: hoistsAll, into: &goals)
            goals.append(Goal(kind: .test(lowered), span: span))
            return
        }
        switch target {
        case .operator("assign"):
            lowerAssignment(arguments[0], arguments[1], expression, into: &goals)
        case .operator("eq"):
            let left = lowerTop(arguments[0], hoistsAll: hoistsAll, into: &goals)
            let right = lowerTop(arguments[1], hoistsAll: hoistsAll, into: &goals)
            appendUnification(left, right, isComparison: false, span, into: &goals)
        case .operator("equal") where rule != nil || hoistsAll:
            let left = lowerTop(arguments[0], hoistsAll: hoistsAll, into: &goals)
            let right = lowerTop(arguments[1], hoistsAll: hoistsAll, into: &goals)
            appendUnification(left, right, isComparison: true, span, into: &goals)
        case .operator:
            goals.append(Goal(kind: .test(lowerCall(term, hoistsAll: hoistsAll, into: &goals)), span: span))
        case .named(let name):
            lowerCallStatement(name, arguments, term, hoistsAll: hoistsAll, span, into: &goals)
        }
    }

    /// Two references cannot both be looked for at once: one gets a register.
    func appendUnification(
        _ left: LoweredTerm, _ right: LoweredTerm, isComparison: Bool, _ span: Span, into goals: inout [Goal]
    ) {
        if case .ref(let first) = left, case .ref(let second) = right, first.isDynamic, second.isDynamic {
            let register = temporary(span)
            goals.append(
                Goal(
                    kind: .unify(.variable(register), right, isComparison: false), temporary: register, span: span))
            goals.append(Goal(kind: .unify(left, .variable(register), isComparison: isComparison), span: span))
            return
        }
        goals.append(Goal(kind: .unify(left, right, isComparison: isComparison), span: span))
    }

    private func lowerAssignment(_ left: Term, _ right: Term, _ expression: Expr, into goals: inout [Goal]) {
        if expression.isNegated { fail(.compile, "cannot assign vars inside negated expression", expression.span) }
        let value = lowerTop(right, hoistsAll: false, into: &goals)
        switch left.value {
        case .variable, .array, .object: break
        default:
            fail(.compile, "cannot assign to \(Parser.kindName(left))", left.span)
            return
        }
        checkRedeclaration(left)
        declareAll(in: left, kind: .assigned)
        let declared = unused
        let pattern = lowerNested(left, hoistsAll: false, into: &goals)
        // The pattern names the variables without using them.
        unused = declared
        goals.append(Goal(kind: .unify(pattern, value, isComparison: false), span: expression.span))
    }

    private func checkRedeclaration(_ pattern: Term) {
        switch pattern.value {
        case .variable(let name):
            if name != "_", scopes[scopes.count - 1].declared[name] != nil {
                fail(.compile, "var \(name) assigned above", pattern.span)
            }
        case .array(let terms): for term in terms { checkRedeclaration(term) }
        case .object(let items): for item in items { checkRedeclaration(item.value) }
        default: break
        }
    }

    private func lowerSomeIn(
        _ key: Term?, _ value: Term, _ domain: Term, _ span: Span, into goals: inout [Goal]
    ) {
        let container = lowerTop(domain, hoistsAll: false, into: &goals)
        if let key { declareAll(in: key, isSome: true) }
        declareAll(in: value, isSome: true)
        let index =
            key.map { lowerNested($0, hoistsAll: false, into: &goals) }
            ?? .variable(frame.add("_", span, isGenerated: true))
        let pattern = lowerNested(value, hoistsAll: false, into: &goals)
        var ref: LoweredRef
        if case .ref(let found) = container {
            ref = found
        } else {
            ref = LoweredRef(head: .term(container), path: [], span: span)
        }
        ref.path.append(index)
        if case .data = ref.head { noteReferences(ref) }
        goals.append(Goal(kind: .unify(pattern, .ref(ref), isComparison: false), span: span))
    }

    private func lowerEvery(
        _ key: Term?, _ value: Term, _ domain: Term, _ body: [Expr], _ span: Span, into goals: inout [Goal]
    ) {
        let container = lowerNested(domain, hoistsAll: false, into: &goals)
        scopes.append(Scope())
        defer { scopes.removeLast() }
        func declareName(_ term: Term) -> Int {
            guard case .variable(let name) = term.value else { return temporary(span) }
            return declare(name, term.span)
        }
        let keyRegister = key.map(declareName)
        let valueRegister = declareName(value)
        let (inner, _) = lowerBody(body) { _ in }
        goals.append(
            Goal(
                kind: .every(key: keyRegister, value: valueRegister, domain: container, body: inner), span: span))
    }

    private func lowerCallStatement(
        _ name: Term, _ arguments: [Term], _ term: Term, hoistsAll: Bool, _ span: Span, into goals: inout [Goal]
    ) {
        if case .variable("print") = name.value, !isLocal("print"), module.globals["print"] == nil {
            isStable = false
            goals.append(Goal(kind: .output(arguments.map(lowerPrinted)), span: span))
            return
        }
        guard let target = callee(name), let arity = arity(of: target), arguments.count == arity + 1 else {
            goals.append(Goal(kind: .test(lowerCall(term, hoistsAll: hoistsAll, into: &goals)), span: span))
            return
        }
        noteCall(of: target, term.span)
        // The last argument takes the result.
        let inputs = arguments.dropLast().map { lowerNested($0, hoistsAll: hoistsAll, into: &goals) }
        let output = lowerNested(arguments[arity], hoistsAll: hoistsAll, into: &goals)
        let call = LoweredCall(callee: target, arguments: Array(inputs), span: term.span)
        if isRelation(target) {
            goals.append(Goal(kind: .call(call, output: output), span: span))
        } else {
            goals.append(Goal(kind: .unify(output, .call(call), isComparison: false), span: span))
        }
    }

    private func lowerPrinted(_ term: Term) -> LoweredPart {
        var inner: [Goal] = []
        scopes.append(Scope())
        defer { scopes.removeLast() }
        let value = lowerTop(term, hoistsAll: false, into: &inner)
        return .value(value, inner)
    }

    // MARK: Modifiers

    private func lowerWith(_ modifier: WithModifier, into goals: inout [Goal]) -> LoweredWith? {
        guard let target = withTarget(modifier.target) else {
            fail(
                .type, "with keyword target must reference existing input, data, or a function", modifier.target.span)
            return nil
        }
        switch target {
        case .builtin, .function:
            if let replacement = functionValue(modifier.value) {
                checkArity(of: replacement, for: target, modifier)
                return LoweredWith(target: target, value: .callee(replacement), span: modifier.span)
            }
        case .data(let path):
            var node = RuleTree.root
            for key in path.dropLast() {
                guard let child = compiler.tree[node].childByKey[key] else { break }
                if !compiler.tree[child].rules.isEmpty {
                    fail(.compile, "with keyword cannot partially replace virtual document(s)", modifier.target.span)
                    return nil
                }
                node = child
            }
        case .input: break
        }
        let value = lowerNested(modifier.value, hoistsAll: false, into: &goals)
        return LoweredWith(target: target, value: .term(value), span: modifier.span)
    }

    /// A function stands for another one only where it takes as many arguments.
    private func checkArity(of replacement: Callee, for target: LoweredWith.Target, _ modifier: WithModifier) {
        let replaced: (name: String, callee: Callee)
        switch target {
        case .builtin(let name): replaced = (name, .builtin(name))
        case .function(let node): replaced = (compiler.tree[node].name, .node(node))
        default: return
        }
        guard let want = arity(of: replaced.callee), let have = arity(of: replacement), want != have else { return }
        func shown(_ count: Int) -> String { "(\([String](repeating: "any", count: count).joined(separator: ", ")))" }
        fail(
            .type, "\(replaced.name): arity mismatch\n\thave: \(shown(have))\n\twant: \(shown(want))", modifier.span)
    }

    private func functionValue(_ term: Term) -> Callee? {
        switch term.value {
        case .variable, .ref: break
        default: return nil
        }
        if case .variable(let name) = term.value, isLocal(name) { return nil }
        if case .ref(let reference) = term.value, let head = reference.names.first, isLocal(head) { return nil }
        let found = callee(term)
        if case .node(let node)? = found {
            guard let group = compiler.tree[node].group, case .function = compiler.groups[group].kind else {
                return nil
            }
        }
        return found
    }

    private func withTarget(_ term: Term) -> LoweredWith.Target? {
        let reference: Reference
        switch term.value {
        case .variable: reference = Reference(terms: [term])
        case .ref(let ref): reference = ref
        default: return nil
        }
        guard case .variable(let head)? = reference.terms.first?.value else { return nil }
        var path: [RegoValue] = []
        for key in reference.terms.dropFirst() {
            guard let scalar = key.scalar else { return nil }
            path.append(scalar)
        }
        if head == "input" { return .input(path) }
        var place: [RegoValue]?
        if head == "data" {
            place = path
        } else {
            switch module.globals[head] {
            case .data(let prefix): place = prefix + path
            case .input(let prefix): return .input(prefix + path)
            case nil: break
            }
        }
        if let place {
            if let node = compiler.tree.find(place), let group = compiler.tree[node].group,
                case .function = compiler.groups[group].kind
            {
                return .function(node)
            }
            return .data(place)
        }
        let names = reference.names
        guard names.count == reference.terms.count else { return nil }
        let name = names.joined(separator: ".")
        return Builtins.all[name] == nil ? nil : .builtin(name)
    }
}

extension LoweredRef {
    /// Whether a part of the path is known only in evaluation.
    var isDynamic: Bool { path.contains { $0.constant == nil } }
}
