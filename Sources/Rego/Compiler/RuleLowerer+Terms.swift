extension RuleLowerer {
    /// A term where it may be looked for: a reference stays what it is.
    func lowerTop(_ term: Term, hoistsAll: Bool, into goals: inout [Goal]) -> LoweredTerm {
        switch term.value {
        case .variable(let name):
            let resolved = resolve(name, term.span)
            if case .ref(let ref) = resolved, case .data = ref.head { noteReferences(ref) }
            return resolved
        case .ref(let reference):
            return lowerReference(reference, term.span, hoistsAll: hoistsAll, into: &goals)
        case .call:
            return lowerCall(term, hoistsAll: hoistsAll, into: &goals)
        default:
            return lowerNested(term, hoistsAll: hoistsAll, into: &goals)
        }
    }

    /// A term inside of another one: what may have many values gets a register of its own.
    func lowerNested(_ term: Term, hoistsAll: Bool, into goals: inout [Goal]) -> LoweredTerm {
        if let scalar = term.scalar { return .constant(scalar) }
        guard StackBounds.hasRoom else {
            fail(.compile, "the expression is nested deeper than the stack allows", term.span)
            return .constant(.null)
        }
        switch term.value {
        case .variable, .ref:
            let lowered = lowerTop(term, hoistsAll: hoistsAll, into: &goals)
            guard case .ref(let ref) = lowered else { return lowered }
            return ref.isDynamic || hoistsAll ? hoist(lowered, term.span, into: &goals) : lowered
        case .call:
            let lowered = lowerCall(term, hoistsAll: hoistsAll, into: &goals)
            guard hoistsAll, case .call = lowered else { return lowered }
            return hoist(lowered, term.span, into: &goals)
        case .array(let terms):
            let lowered = terms.map { lowerNested($0, hoistsAll: hoistsAll, into: &goals) }
            let constants = lowered.compactMap(\.constant)
            return constants.count == lowered.count ? .constant(.array(RegoArray(constants))) : .array(lowered)
        case .set(let terms):
            let lowered = terms.map { lowerNested($0, hoistsAll: hoistsAll, into: &goals) }
            let constants = lowered.compactMap(\.constant)
            return constants.count == lowered.count ? .constant(.set(RegoSet(constants))) : .set(lowered)
        case .object(let items):
            return lowerObject(items, hoistsAll: hoistsAll, into: &goals)
        case .arrayComprehension(let value, let body):
            return lowerComprehension(.array, key: nil, value, body)
        case .setComprehension(let value, let body):
            return lowerComprehension(.set, key: nil, value, body)
        case .objectComprehension(let key, let value, let body):
            return lowerComprehension(.object, key: key, value, body)
        case .template(let parts, _):
            return lowerTemplate(parts)
        default:
            return .constant(.null)
        }
    }

    private func hoist(_ term: LoweredTerm, _ span: Span, into goals: inout [Goal]) -> LoweredTerm {
        let register = temporary(span)
        goals.append(
            Goal(kind: .unify(.variable(register), term, isComparison: false), temporary: register, span: span))
        return .variable(register)
    }

    private func lowerObject(_ items: [ObjectItem], hoistsAll: Bool, into goals: inout [Goal]) -> LoweredTerm {
        var lowered: [LoweredItem] = []
        for item in items {
            let key = lowerNested(item.key, hoistsAll: hoistsAll, into: &goals)
            lowered.append(LoweredItem(key: key, value: lowerNested(item.value, hoistsAll: hoistsAll, into: &goals)))
        }
        var constants = RegoObject()
        for item in lowered {
            guard let key = item.key.constant, let value = item.value.constant else { return .object(lowered) }
            constants.insert(key, value)
        }
        return .constant(.object(constants))
    }

    private func lowerReference(
        _ reference: Reference, _ span: Span, hoistsAll: Bool, into goals: inout [Goal]
    ) -> LoweredTerm {
        let head = reference.terms[0]
        var ref: LoweredRef
        let start: LoweredTerm
        if case .variable(let name) = head.value {
            start = resolve(name, head.span)
        } else {
            start = lowerTop(head, hoistsAll: hoistsAll, into: &goals)
        }
        if case .ref(let found) = start {
            ref = found
            ref.span = span
        } else if hoistsAll, case .call = start {
            ref = LoweredRef(head: .term(hoist(start, head.span, into: &goals)), path: [], span: span)
        } else {
            ref = LoweredRef(head: .term(start), path: [], span: span)
        }
        for key in reference.terms.dropFirst() {
            ref.path.append(lowerNested(key, hoistsAll: hoistsAll, into: &goals))
        }
        if case .data = ref.head { noteReferences(ref) }
        return .ref(ref)
    }

    private func lowerComprehension(
        _ kind: LoweredComprehension.Kind, key: Term?, _ value: Term, _ body: [Expr]
    ) -> LoweredTerm {
        let (goals, terms) = lowerBody(body) { goals in
            (
                key.map { lowerNested($0, hoistsAll: false, into: &goals) },
                lowerNested(value, hoistsAll: false, into: &goals)
            )
        }
        return .comprehension(LoweredComprehension(kind: kind, key: terms.0, value: terms.1, body: goals))
    }

    private func lowerTemplate(_ parts: [TemplatePart]) -> LoweredTerm {
        var lowered: [LoweredPart] = []
        for part in parts {
            switch part {
            case .text(let text): lowered.append(.text(RegoString(text)))
            case .expression(let expression):
                scopes.append(Scope())
                var goals: [Goal] = []
                if case .term(let term) = expression.kind {
                    let register = temporary(expression.span)
                    let with = expression.with
                    // `register = term with …`, so that the modifiers reach the term.
                    let start = goals.count
                    let value = lowerTop(term, hoistsAll: false, into: &goals)
                    goals.append(
                        Goal(
                            kind: .unify(.variable(register), value, isComparison: false), span: expression.span))
                    if !with.isEmpty {
                        var carrier: [Goal] = []
                        let probe = Expr(
                            kind: .term(Term(.bool(true), expression.span)), with: with, span: expression.span)
                        lower(probe, into: &carrier)
                        let group = nextGroup()
                        for index in start..<goals.count {
                            goals[index].with = carrier.last?.with ?? []
                            goals[index].withGroup = group
                        }
                        goals = carrier.dropLast() + goals
                    }
                    lowered.append(.value(.variable(register), goals))
                }
                scopes.removeLast()
            }
        }
        if lowered.isEmpty { return .constant("") }
        return .template(lowered)
    }

    // MARK: Calls

    func arity(of callee: Callee) -> Int? {
        switch callee {
        case .builtin(let name): return Builtins.all[name]?.arity
        case .node(let node):
            guard let group = compiler.tree[node].group, case .function(let arity) = compiler.groups[group].kind else {
                return nil
            }
            return arity
        }
    }

    func isRelation(_ callee: Callee) -> Bool {
        if case .builtin(let name) = callee { return Builtins.all[name]?.isRelation ?? false }
        return false
    }

    func lowerCall(_ term: Term, hoistsAll: Bool, into goals: inout [Goal]) -> LoweredTerm {
        guard case .call(let target, let arguments) = term.value else { return .constant(.null) }
        let reached: Callee?
        let name: String
        switch target {
        case .operator(let operatorName):
            reached = .builtin(operatorName)
            name = operatorName
        case .named(let function):
            name =
                switch function.value {
                case .variable(let name): name
                case .ref(let reference): reference.names.joined(separator: ".")
                default: ""
                }
            if let constant = metadata(name, term.span) { return .constant(constant) }
            let before = errors.count
            reached = callee(function)
            noteCall(of: reached, term.span)
            if reached == nil {
                if errors.count == before { fail(.type, "undefined function \(name)", term.span) }
                return .constant(.null)
            }
        }
        guard let reached else { return .constant(.null) }
        let lowered = arguments.map { lowerNested($0, hoistsAll: hoistsAll, into: &goals) }
        guard let arity = arity(of: reached) else {
            if case .node(let node) = reached {
                fail(.type, "undefined function \(compiler.tree[node].name)", term.span)
            }
            return .constant(.null)
        }
        let isVariadic: Bool =
            if case .builtin(let name) = reached, case .function(_, .some, _)? = Builtins.all[name]?.type {
                true
            } else {
                false
            }
        guard lowered.count == arity || (isVariadic && lowered.count > arity) else {
            let display: String = if case .node(let node) = reached { compiler.tree[node].name } else { name }
            let got = lowered.count == 1 ? "1 argument" : "\(lowered.count) arguments"
            fail(.type, "function \(display) has arity \(arity), got \(got)", term.span)
            return .constant(.null)
        }
        let call = LoweredCall(callee: reached, arguments: lowered, span: term.span)
        guard isRelation(reached) else { return .call(call) }
        let register = temporary(term.span)
        goals.append(Goal(kind: .call(call, output: .variable(register)), span: term.span))
        return .variable(register)
    }

    // MARK: Dependencies

    /// Notes the rules that a reference may reach.
    func noteReferences(_ ref: LoweredRef) {
        references.formUnion(compiler.reachable(ref.path))
    }
}

extension Compiler {
    /// The rules that a path below `data` may reach.
    func reachable(_ path: [LoweredTerm]) -> Set<Int> {
        var found: Set<Int> = []
        var waiting = [(RuleTree.root, 0)]
        while let (node, depth) = waiting.popLast() {
            if let group = tree[node].group {
                for rule in groups[group].rules where canMatch(rule, path, depth) { found.insert(rule) }
                continue
            }
            guard depth < path.count else {
                found.formUnion(tree.rules(below: node))
                continue
            }
            if let key = path[depth].constant {
                if let child = tree[node].childByKey[key] { waiting.append((child, depth + 1)) }
            } else {
                waiting += tree[node].children.map { ($0, depth + 1) }
            }
        }
        return found
    }

    /// Whether a rule's name agrees with a path in all constants both have.
    private func canMatch(_ rule: Int, _ path: [LoweredTerm], _ depth: Int) -> Bool {
        let entry = rules[rule]
        for index in depth..<max(depth, path.count) {
            guard let wanted = path[index].constant else { continue }
            if index < entry.prefix.count {
                if entry.prefix[index] != wanted { return false }
            } else if index - entry.prefix.count < entry.suffix.count {
                if let own = entry.suffix[index - entry.prefix.count].scalar, own != wanted { return false }
            } else {
                return true
            }
        }
        return true
    }
}
