/// Infers the types of documents and finds calls, comparisons and references that can never have a value.
///
/// It errs on the side of silence: what is not known for certain is of any type.
struct TypeChecker {
    let compiler: Compiler
    private(set) var errors: [RegoError] = []
    private(set) var documents: [Int: RegoType]
    private var inProgress: Set<Int> = []
    /// The rules whose errors were reported with the document they belong to.
    private var environment: [Int: RegoType] = [:]
    private var source: SourceText

    init(_ compiler: Compiler, source: SourceText) {
        self.compiler = compiler
        self.source = source
        documents = compiler.documentTypes
    }

    /// Checks every rule.
    mutating func checkAll() {
        for id in compiler.groups.indices { _ = document(id) }
    }

    /// Checks the goals of a query.
    mutating func check(query goals: [Goal], bound: RegisterSet) {
        environment = [:]
        check(goals, bound)
    }

    private mutating func fail(_ message: String, _ span: Span) {
        errors.append(RegoError(code: .type, message: message, location: source.location(span)))
    }

    // MARK: Documents

    /// The type of the document of a group, or of what a function gives.
    mutating func document(_ id: Int) -> RegoType {
        if let known = documents[id] { return known }
        // Deep chains of rules are left alone, as are rules that only seem to need themselves.
        guard inProgress.count < 400, StackBounds.hasRoom, inProgress.insert(id).inserted else { return .any }
        let savedEnvironment = environment
        let savedSource = source
        defer {
            environment = savedEnvironment
            source = savedSource
            inProgress.remove(id)
        }
        let plan = compiler.groups[id]
        var result: RegoType?
        for index in plan.rules {
            let rule = compiler.lowered[index]
            source = compiler.scopes[rule.module].source
            for branch in rule.branches {
                environment = [:]
                let bound = RegisterSet(0..<(FrameLayout.firstArgument + rule.argumentCount))
                check(rule.argumentGoals + branch.goals, bound)
                let value = type(branch.value, rule.span)
                let part: RegoType
                switch plan.kind {
                case .complete, .function: part = value
                case .set: part = .set(rule.key.map { type($0, rule.span) } ?? .any)
                case .partial: part = .anyObject
                }
                result = result?.union(part) ?? part
            }
        }
        if case .any(let sets)? = result, plan.kind == .set, !sets.isEmpty {
            let members = sets.compactMap { $0.elements?.value }
            result = .set(members.dropFirst().reduce(members.first ?? .any) { $0.union($1) })
        }
        let found = result ?? .any
        documents[id] = found
        return found
    }

    // MARK: Goals

    private mutating func check(_ goals: [Goal], _ bound: RegisterSet) {
        let ordering = Ordering(goals, bound: bound)
        for (goal, before) in zip(ordering.goals, ordering.boundBefore) { check(goal, before) }
    }

    private mutating func check(_ goal: Goal, _ bound: RegisterSet) {
        for with in goal.with {
            if case .term(let term) = with.value { _ = type(term, with.span) }
        }
        // What `with` replaces may be of any type.
        let replaced = goal.with.contains { with in
            if case .input = with.target { return false }
            return true
        }
        let count = errors.count
        switch goal.kind {
        case .test(let term):
            _ = type(term, goal.span)
        case .unify(let left, let right, _):
            let first = type(left, goal.span)
            let second = type(right, goal.span)
            if !first.overlaps(second) {
                fail("match error\n\tleft  : \(first)\n\tright : \(second)", goal.span)
            }
            bind(left, second)
            bind(right, first)
        case .call(let call, let output):
            _ = type(.call(call), goal.span)
            bind(output, .any)
        case .every(let key, let value, let domain, let body):
            // A domain that holds nothing is no error in OPA: the expression is undefined.
            if let elements = type(domain, goal.span).elements {
                if let key { environment[key] = elements.key }
                environment[value] = elements.value
            }
            var inner = bound.union([value])
            if let key { inner.insert(key) }
            check(body, inner)
        case .output(let parts):
            check(parts, bound)
        }
        if replaced { errors.removeSubrange(count...) }
    }

    private mutating func check(_ parts: [LoweredPart], _ bound: RegisterSet) {
        for part in parts {
            guard case .value(let term, let goals) = part else { continue }
            check(goals, bound.union(RegisterSet(environment.keys)))
            _ = type(term, goals.last?.span ?? .none)
        }
    }

    /// Gives the variables of a pattern the types of the parts of a value.
    private mutating func bind(_ pattern: LoweredTerm, _ type: RegoType) {
        switch pattern {
        case .variable(let id):
            guard let known = environment[id] else {
                environment[id] = type
                return
            }
            if known.isAny { environment[id] = type }
        case .array(let terms):
            for (index, term) in terms.enumerated() { bind(term, type.select(RegoValue(index)) ?? .any) }
        case .object(let items):
            for item in items {
                bind(item.value, item.key.constant.flatMap { type.select($0) } ?? .any)
            }
        default: break
        }
    }

    // MARK: Terms

    private mutating func type(_ term: LoweredTerm, _ span: Span) -> RegoType {
        switch term {
        case .constant(let value): return RegoType(of: value)
        case .variable(let id): return environment[id] ?? .any
        case .array(let terms): return .array(terms.map { type($0, span) }, rest: nil)
        case .set(let terms):
            let types = terms.map { type($0, span) }
            return .set(types.dropFirst().reduce(types.first ?? .any) { $0.union($1) })
        case .object(let items): return object(items, span)
        case .template(let parts):
            check(parts, [])
            return .string
        case .comprehension(let comprehension): return self.comprehension(comprehension, span)
        case .call(let call): return self.call(call)
        case .ref(let ref): return reference(ref)
        }
    }

    private mutating func object(_ items: [LoweredItem], _ span: Span) -> RegoType {
        var properties: [RegoType.Property] = []
        var others: (RegoType, RegoType)?
        for item in items {
            let key = type(item.key, span)
            let value = type(item.value, span)
            if let constant = item.key.constant {
                properties.append(RegoType.Property(constant, value))
            } else {
                others = (others?.0.union(key) ?? key, others?.1.union(value) ?? value)
            }
        }
        return .object(properties, key: others?.0, value: others?.1)
    }

    private mutating func comprehension(_ term: LoweredComprehension, _ span: Span) -> RegoType {
        check(term.body, RegisterSet(environment.keys))
        let value = type(term.value, span)
        switch term.kind {
        case .array: return .array(value)
        case .set: return .set(value)
        case .object: return .object(term.key.map { type($0, span) } ?? .any, value)
        }
    }

    private mutating func call(_ call: LoweredCall) -> RegoType {
        let have = call.arguments.map { type($0, call.span) }
        switch call.callee {
        case .node(let node):
            guard let group = compiler.tree[node].group else { return .any }
            return document(group)
        case .builtin(let name):
            guard let declaration = Builtins.all[name],
                case .function(let want, let variadic, let result) = declaration.type
            else { return .any }
            for (index, type) in have.enumerated() {
                guard let wanted = index < want.count ? want[index] : variadic else { break }
                guard !type.overlaps(wanted) else { continue }
                let shown = have.map(\.description).joined(separator: ", ")
                let wants = want.map(\.description).joined(separator: ", ")
                fail("\(name): invalid argument(s)\n\thave: (\(shown))\n\twant: (\(wants))", call.span)
                break
            }
            return result ?? .any
        }
    }

    private mutating func reference(_ ref: LoweredRef) -> RegoType {
        for key in ref.path {
            if case .variable = key { continue }
            if key.constant == nil { _ = type(key, ref.span) }
        }
        switch ref.head {
        case .input:
            bindKeys(ref.path[...])
            return .any
        case .term(let term):
            return descend(type(term, ref.span), ref.path[...], ref)
        case .data:
            var node = RuleTree.root
            for (depth, key) in ref.path.enumerated() {
                guard let constant = key.constant, let child = compiler.tree[node].childByKey[constant] else { break }
                node = child
                guard let group = compiler.tree[node].group else { continue }
                if case .function = compiler.groups[group].kind { return .any }
                let own = document(group)
                let rest = ref.path[(depth + 1)...]
                // Only what rules give wholly is known; objects of many rules may have any key.
                guard compiler.groups[group].kind != .partial else {
                    bindKeys(rest)
                    return rest.isEmpty ? own : .any
                }
                return descend(own, rest, ref)
            }
            bindKeys(ref.path[...])
            return .any
        }
    }

    private mutating func bindKeys(_ path: ArraySlice<LoweredTerm>) {
        for key in path { bind(key, .any) }
    }

    private mutating func descend(
        _ head: RegoType, _ path: ArraySlice<LoweredTerm>, _ ref: LoweredRef
    ) -> RegoType {
        var current = head
        for (offset, key) in path.enumerated() {
            if let constant = key.constant {
                guard let next = current.select(constant) else {
                    fail("undefined ref: \(source.text(ref.span))\n\thave: \(constant)\n\twant: \(current)", ref.span)
                    bindKeys(path.dropFirst(offset))
                    return .any
                }
                current = next
            } else {
                guard let elements = current.elements else {
                    fail("undefined ref: \(source.text(ref.span))\n\thave: \(current)", ref.span)
                    bindKeys(path.dropFirst(offset))
                    return .any
                }
                bind(key, elements.key)
                current = elements.value
            }
        }
        return current
    }
}
