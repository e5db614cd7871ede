/// A query that was compiled once and runs as often as wanted, on any thread.
public struct PreparedQuery: Sendable {
    /// One expression of the query.
    struct Expression: Sendable {
        var span: Span
        /// The register that keeps its value; nil when it is true wherever the query holds.
        var register: Int?
    }

    let source: SourceText
    let engine: RegoEngine
    private let plan: QueryPlan
    private let frameSize: Int
    private let bindings: [(name: String, register: Int)]
    private let expressions: [Expression]
    private let cache = BuiltinCache()

    init(_ body: [Expr], scope: ModuleScope, engine: RegoEngine, isTraced: Bool = false) throws(RegoErrors) {
        source = scope.source
        self.engine = engine
        let compiler = engine.compiler
        let lowerer = RuleLowerer(compiler, module: scope, rule: nil)
        _ = lowerer.frame.add("key", .none, isGenerated: true)
        lowerer.scopes.append(RuleLowerer.Scope())
        var goals: [Goal] = []
        var expressions: [Expression] = []
        for expression in body {
            expressions.append(
                Expression(span: expression.span, register: lowerer.lowerQueried(expression, into: &goals)))
        }
        // Where a query can have several rows, or is more than one expression, only what holds is one.
        if body.count > 1 || body.contains(where: { QueryIteration.stands(in: $0, globals: scope.globals) }) {
            for expression in expressions {
                guard let register = expression.register else { continue }
                goals.append(Goal(kind: .test(.variable(register)), span: expression.span))
            }
        }
        var errors = lowerer.errors
        if errors.isEmpty {
            var checker = SafetyChecker(frame: lowerer.frame, source: source)
            var bound = RegisterSet(0...FrameLayout.firstArgument)
            checker.check(goals, bound: &bound)
            errors = checker.errors
        }
        if errors.isEmpty {
            var checker = TypeChecker(compiler, source: source)
            checker.check(query: goals, bound: RegisterSet(0...FrameLayout.firstArgument))
            errors = checker.errors
        }
        if errors.isEmpty { errors = lowerer.deprecatedCalls }
        guard errors.isEmpty else { throw RegoErrors(errors) }
        var bindings: [(name: String, register: Int)] = []
        for (register, info) in lowerer.frame.variables.enumerated() where !info.isGenerated {
            if lowerer.scopes[0].declared[info.name] == register || lowerer.undeclared[info.name] == register {
                bindings.append((info.name, register))
            }
        }
        // Safety of the registers is what the order of the goals gives: only what is bound there is shown.
        let ordering = Ordering(goals, bound: RegisterSet(0...FrameLayout.firstArgument))
        self.bindings = bindings.filter { ordering.bound.contains($0.register) }
        self.expressions = expressions
        frameSize = lowerer.frame.count
        let generator = Generator(compiler, source: source, isTraced: isTraced)
        generator.frameNames = lowerer.frame.variables
        let step = generator.nested(goals, RegisterSet(0...FrameLayout.firstArgument)) { _ in
            { machine in
                guard let collector = machine.collector else { return true }
                return try collector(machine)
            }
        }
        generator.finish()
        plan = QueryPlan(step: step, groups: generator.groups.compactMap { $0 })
    }

    /// Runs the query.
    public func evaluate(
        input: RegoValue? = nil, options: EvaluationOptions = EvaluationOptions()
    ) throws -> RegoResults {
        let context = BuiltinContext(
            now: options.now, seed: options.seed, world: options.world, cache: cache,
            steps: options.limits.steps, bytes: options.limits.bytes, interruption: options.interruption)
        context.sink = options.sink
        let scope = EvaluationScope(
            input: input, data: engine.data, groupCount: engine.compiler.groups.count)
        let machine = Machine(
            scope: scope, context: context, isStrict: options.isStrict, depthMaximum: options.limits.depth)
        var results: [RegoResults.Row] = []
        if let sink = options.tracer {
            machine.tracer = Tracer(sink)
            context.isTracing = true
        }
        machine.frame = machine.reserve(frameSize)
        let resultMaximum = options.limits.results
        try withoutActuallyEscaping(
            { (machine: Machine) throws -> Bool in
                guard results.count < resultMaximum else {
                    throw RegoError(code: .limit, message: "the query has more than \(resultMaximum) results")
                }
                results.append(row(machine))
                return false
            },
            do: { collector in
                machine.collector = collector
                defer { machine.collector = nil }
                do {
                    _ = try plan.step(machine)
                } catch let error as BuiltinError {
                    throw machine.halted(error)
                }
            })
        let usage = RegoResults.Usage(
            steps: options.limits.steps - context.steps, bytes: options.limits.bytes - context.bytes)
        return RegoResults(rows: results, builtinErrors: machine.builtinErrors, usage: usage)
    }

    private func row(_ machine: Machine) -> RegoResults.Row {
        var values: [String: RegoValue] = [:]
        for (name, register) in bindings { values[name] = machine.frame[register] }
        let shown = expressions.map { expression in
            RegoResults.Expression(
                value: expression.register.map { machine.frame[$0] } ?? .bool(true),
                location: source.location(expression.span))
        }
        return RegoResults.Row(bindings: values, expressions: shown)
    }
}

/// The closures of a query, which hold each other as long as the plan lives.
private final class QueryPlan: Sendable {
    let step: Step
    private let groups: [RuleGroup]

    init(step: @escaping Step, groups: [RuleGroup]) {
        self.step = step
        self.groups = groups
    }

    deinit {
        for group in groups { group.clear() }
    }
}

extension RuleLowerer {
    /// A statement of a query: its value is kept in a register, so that false is an answer too.
    func lowerQueried(_ expression: Expr, into goals: inout [Goal]) -> Int? {
        guard !expression.isNegated, case .term(let term) = expression.kind else {
            lower(expression, into: &goals)
            return nil
        }
        switch term.value {
        case .call(.operator("assign"), _), .call(.operator("eq"), _):
            lower(expression, into: &goals)
            return nil
        case .call(.named(let name), let arguments):
            if case .variable("print") = name.value {
                lower(expression, into: &goals)
                return nil
            }
            if let target = callee(name), let arity = arity(of: target), arguments.count == arity + 1 {
                lower(expression, into: &goals)
                return nil
            }
        default:
            break
        }
        let register = temporary(expression.span)
        var rest = expression
        rest.kind = .term(Term(.bool(true), expression.span))
        let start = goals.count
        lower(rest, into: &goals)
        let carrier = goals.removeLast()
        let first = goals.count
        _ = start
        let value = lowerTop(term, hoistsAll: false, into: &goals)
        goals.append(Goal(kind: .unify(.variable(register), value, isComparison: false), span: expression.span))
        for index in first..<goals.count where !carrier.with.isEmpty {
            goals[index].with = carrier.with
            goals[index].withGroup = carrier.withGroup
        }
        return register
    }
}
