/// Resolves the names of one rule or query and brings its bodies into goals.
///
/// It lives for one rule and is used by one thread.
final class RuleLowerer {
    /// The names one body declares.
    struct Scope {
        var declared: [String: Int] = [:]
        /// The names that were used here before they could be declared.
        var seen: Set<String> = []
    }

    let compiler: Compiler
    let module: ModuleScope
    /// The rule that is lowered; nil for a query.
    let rule: Int?
    var frame = FrameLayout()
    var scopes: [Scope] = []
    /// The variables that nobody declared: one for each name in the whole rule.
    var undeclared: [String: Int] = [:]
    var references: Set<Int> = []
    /// Whether nothing but the base document decides what the rule gives.
    var isStable = true
    var errors: [RegoError] = []
    /// The calls of built-ins that modules of this kind may not call, reported when nothing else is wrong.
    var deprecatedCalls: [RegoError] = []
    /// The variables that nothing has used yet, and that the compiler wants used.
    var unused: [Int: Unused] = [:]
    /// The global names that were used, to find imports that nobody uses.
    var usedGlobals: Set<String> = []

    /// A declaration that has to be used.
    struct Unused {
        enum Kind {
            case declared, assigned, argument
        }

        var kind: Kind
        var span: Span
    }
    private var groupCount = 0

    init(_ compiler: Compiler, module: ModuleScope, rule: Int?) {
        self.compiler = compiler
        self.module = module
        self.rule = rule
        _ = frame.add("result", .none, isGenerated: true)
        _ = frame.add("hasResult", .none, isGenerated: true)
    }

    func fail(_ code: RegoError.Code, _ message: String, _ span: Span) {
        errors.append(RegoError(code: code, message: message, location: module.source.location(span)))
    }

    func nextGroup() -> Int {
        groupCount += 1
        return groupCount
    }

    func temporary(_ span: Span) -> Int {
        frame.add("__local\(frame.count)__", span, isGenerated: true)
    }

    // MARK: Names

    /// Declares a name in the innermost scope.
    func declare(_ name: String, _ span: Span, isSome: Bool = false, kind: Unused.Kind? = nil) -> Int {
        if name == "_" { return frame.add("_", span, isGenerated: true) }
        if name == "input" || name == "data" {
            fail(.compile, "variables must not shadow \(name) (use a different variable name)", span)
        }
        let top = scopes.count - 1
        if let known = scopes[top].declared[name] {
            unused[known] = nil
            fail(.compile, isSome ? "var \(name) declared above" : "var \(name) assigned above", span)
        } else if scopes[top].seen.contains(name) {
            fail(.compile, "var \(name) referenced above", span)
        }
        let id = frame.add(name, span, isGenerated: false, isDeclared: true)
        scopes[top].declared[name] = id
        if let kind, kind == .declared || compiler.options.isStrict { unused[id] = Unused(kind: kind, span: span) }
        return id
    }

    /// What a name stands for where it is used.
    func resolve(_ name: String, _ span: Span) -> LoweredTerm {
        if name == "_" { return .variable(frame.add("_", span, isGenerated: true)) }
        for scope in scopes.reversed() {
            if let id = scope.declared[name] {
                unused[id] = nil
                return .variable(id)
            }
        }
        for index in scopes.indices { scopes[index].seen.insert(name) }
        if name == "input" {
            isStable = false
            return .ref(LoweredRef(head: .input, path: [], span: span))
        }
        if name == "data" { return .ref(LoweredRef(head: .data, path: [], span: span)) }
        usedGlobals.insert(name)
        switch module.globals[name] {
        case .data(let path):
            return .ref(LoweredRef(head: .data, path: path.map(LoweredTerm.constant), span: span))
        case .input(let path):
            isStable = false
            return .ref(LoweredRef(head: .input, path: path.map(LoweredTerm.constant), span: span))
        case nil:
            break
        }
        if let id = undeclared[name] { return .variable(id) }
        let id = frame.add(name, span, isGenerated: name.hasPrefix("$"))
        undeclared[name] = id
        return .variable(id)
    }

    /// Whether a name is a variable of this rule, so that no function is meant by it.
    func isLocal(_ name: String) -> Bool {
        scopes.contains { $0.declared[name] != nil }
    }

    /// What a call of a name reaches.
    func callee(_ term: Term) -> Callee? {
        let reference: Reference
        switch term.value {
        case .variable: reference = Reference(terms: [term])
        case .ref(let ref): reference = ref
        default: return nil
        }
        let names = reference.names
        guard names.count == reference.terms.count, let head = names.first else { return nil }
        if isLocal(head) {
            fail(.type, "undefined function \(names.joined(separator: "."))", term.span)
            return nil
        }
        var path: [RegoValue]?
        if head == "data" {
            path = []
        } else if case .data(let place)? = module.globals[head] {
            usedGlobals.insert(head)
            path = place
        }
        if let prefix = path {
            let full = prefix + names.dropFirst().map { .string(RegoString($0)) }
            if let node = compiler.tree.find(full), let group = compiler.tree[node].group {
                guard case .function = compiler.groups[group].kind else {
                    // A rule without arguments may be called by name through `with`, never directly.
                    return .node(node)
                }
                references.formUnion(compiler.groups[group].rules)
                return .node(node)
            }
        }
        let name = names.joined(separator: ".")
        guard let declaration = Builtins.all[name] else { return nil }
        if declaration.isNondeterministic || name == "trace" { isStable = false }
        if declaration.isNondeterministic, compiler.options.isDeterministic { refuse(name, term.span) }
        return .builtin(name)
    }

    /// Refuses a built-in whose answers may differ, once for each place.
    private func refuse(_ name: String, _ span: Span) {
        let message = "\(name) may answer differently each time, which is not allowed here"
        let location = module.source.location(span)
        guard !errors.contains(where: { $0.location == location && $0.message == message }) else { return }
        errors.append(RegoError(code: .compile, message: message, location: location))
    }

    /// Notes a call of a deprecated built-in where those are refused: strict ones, and all of version 1 but queries.
    func noteCall(of target: Callee?, _ span: Span) {
        guard case .builtin(let name)? = target, Builtins.all[name]?.isDeprecated ?? false,
            compiler.options.isStrict || (rule != nil && module.version == .v1)
        else { return }
        let location = module.source.location(span)
        guard !deprecatedCalls.contains(where: { $0.location == location }) else { return }
        deprecatedCalls.append(
            RegoError(
                code: .type, message: "deprecated built-in function calls in expression: \(name)", location: location))
    }

    // MARK: Rules

    /// The arguments of a function: variables stand in their registers, patterns are goals.
    func lowerArguments(_ arguments: [Term]) -> [Goal] {
        scopes.append(Scope())
        var goals: [Goal] = []
        var patterns: [(Int, Term)] = []
        for argument in arguments {
            if case .variable(let name) = argument.value, name != "_" {
                if scopes[scopes.count - 1].declared[name] != nil {
                    fail(.compile, "arg \(name) redeclared", argument.span)
                    _ = frame.add("_", argument.span, isGenerated: true)
                } else {
                    _ = declare(name, argument.span, kind: .argument)
                }
            } else {
                patterns.append((frame.add("_", argument.span, isGenerated: true), argument))
            }
        }
        for (register, pattern) in patterns {
            if case .variable = pattern.value { continue }
            declareAll(in: pattern)
            let term = lowerNested(pattern, hoistsAll: false, into: &goals)
            goals.append(
                Goal(kind: .unify(.variable(register), term, isComparison: false), span: pattern.span))
        }
        return goals
    }

    /// Declares the variables of a pattern that are new in the innermost scope.
    func declareAll(in pattern: Term, isSome: Bool = false, kind: Unused.Kind? = nil) {
        switch pattern.value {
        case .variable(let name):
            guard name != "_" else { return }
            if scopes[scopes.count - 1].declared[name] == nil || isSome {
                _ = declare(name, pattern.span, kind: kind)
            }
        case .array(let terms): for term in terms { declareAll(in: term, isSome: isSome, kind: kind) }
        case .object(let items): for item in items { declareAll(in: item.value, isSome: isSome, kind: kind) }
        default: break
        }
    }

    /// Lowers a body, then what belongs to it outside of it, in the same scope.
    func lowerBody<T>(_ body: [Expr], then finish: (inout [Goal]) -> T) -> ([Goal], T) {
        scopes.append(Scope())
        defer { scopes.removeLast() }
        var goals: [Goal] = []
        for expression in body { lower(expression, into: &goals) }
        let value = finish(&goals)
        return (goals, value)
    }
}
