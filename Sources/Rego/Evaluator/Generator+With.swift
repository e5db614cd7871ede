extension Generator {
    /// Goals under the modifiers of their statement: the steps behind them run in the scope outside again.
    func modified(_ goals: [(Goal, RegisterSet)], _ next: @escaping Step) -> Step {
        guard let first = goals.first else { return next }
        var inner: Step = { machine in
            let scope = machine.scope
            guard let outside = scope.parent else { return try next(machine) }
            machine.scope = outside
            let stops = try next(machine)
            machine.scope = scope
            return stops
        }
        for (goal, bound) in goals.reversed() {
            inner = isTraced ? tracedStep(goal, bound, inner) : step(goal, bound, inner)
        }
        let modifiers = first.0.with.map { modifier($0, first.1) }
        let run = inner
        return { machine in
            let outside = machine.scope
            var change = ScopeChange(outside)
            for modifier in modifiers {
                guard try modifier(machine, &change) else { return false }
            }
            machine.scope = change.scope(inside: outside)
            let stops = try run(machine)
            machine.scope = outside
            return stops
        }
    }

    private typealias Modifier = @Sendable (Machine, inout ScopeChange) throws -> Bool

    private func modifier(_ with: LoweredWith, _ bound: RegisterSet) -> Modifier {
        let site = site(with.span)
        switch with.value {
        case .callee(let callee):
            let replacement = replacement(callee)
            return { _, change in
                guard let replacement else { return false }
                change.replace(with.target, by: replacement.mock)
                return true
            }
        case .term(let term):
            let evaluation = value(term, bound)
            return { machine, change in
                guard let value = try evaluation(machine) else { return false }
                switch with.target {
                case .input(let path): try change.setInput(path, value, site)
                case .data(let path): try change.setData(path, value, site)
                case .builtin, .function: change.replace(with.target, by: .value(value))
                }
                return true
            }
        }
    }

    /// What a mock is made of; sendable, for it is known when the query is prepared.
    private enum PreparedMock: Sendable {
        case builtin(BuiltinDeclaration)
        case group(RuleGroup)

        var mock: Mocks.Replacement {
            switch self {
            case .builtin(let declaration): .builtin(declaration)
            case .group(let group): .group(group)
            }
        }
    }

    private func replacement(_ callee: Callee) -> PreparedMock? {
        switch callee {
        case .builtin(let name): return Builtins.all[name].map(PreparedMock.builtin)
        case .node(let node): return group(at: node).map(PreparedMock.group)
        }
    }
}

/// What the modifiers of one statement change.
struct ScopeChange {
    private var input: RegoValue?
    private var data: RegoValue
    private var overrides: [[RegoValue]]
    private var mocks: Mocks?

    init(_ scope: EvaluationScope) {
        input = scope.input
        data = scope.data
        overrides = scope.overrides
        mocks = scope.mocks
    }

    mutating func setInput(_ path: [RegoValue], _ value: RegoValue, _ site: CallSite) throws {
        input = Self.put(value, at: path[...], in: input)
    }

    mutating func setData(_ path: [RegoValue], _ value: RegoValue, _ site: CallSite) throws {
        data = Self.put(value, at: path[...], in: data)
        overrides.append(path)
    }

    mutating func replace(_ target: LoweredWith.Target, by mock: Mocks.Replacement) {
        var changed = mocks ?? Mocks()
        switch target {
        case .builtin(let name): changed.builtins[name] = mock
        case .function(let node): changed.groups[node] = mock
        case .input, .data: break
        }
        mocks = changed
    }

    func scope(inside outside: EvaluationScope) -> EvaluationScope {
        EvaluationScope(
            input: input, data: data, overrides: overrides, mocks: mocks, parent: outside,
            groupCount: outside.cells.count)
    }

    /// A document with a value put at a place; what is no object on the way becomes one.
    private static func put(
        _ value: RegoValue, at path: ArraySlice<RegoValue>, in document: RegoValue?
    ) -> RegoValue {
        guard let key = path.first else { return value }
        var object = RegoObject()
        if case .object(let known)? = document { object = known }
        object.insert(key, put(value, at: path.dropFirst(), in: object[key]))
        return .object(object)
    }
}
