public import Rego

/// Why a decision is what it is: the facts that it needs, none of which can be left out.
public struct PolicyReasons: Sendable {
    /// An expression that did not hold.
    public struct Condition: Sendable, Hashable {
        /// Its text on one line.
        public let text: String
        /// Where it stands.
        public let location: SourceLocation
    }

    /// How few the facts are known to be.
    public enum Minimality: String, Sendable {
        /// No proper subset of them leads to the decision.
        case subset
        /// None of them can be left out alone; not every subset was tried.
        case single
        /// The evaluations were used up: some of them may not be needed.
        case unknown
    }

    /// The query.
    public let query: String
    /// What it gives.
    public let rows: [RegoResults.Row]
    /// The facts that lead there.
    public let facts: [PolicyFact]
    /// How few they are known to be.
    public let minimality: Minimality
    /// Where no fact is needed: the expressions of rules that did not hold.
    public let failures: [Condition]
    /// How many evaluations the search took.
    public let evaluationCount: Int
}

/// A search for the facts that led to a decision.
public struct PolicyReasonSearch: Sendable {
    /// The query, with all that says how it is evaluated; its time limit is that of the search.
    public var query: PolicyQuery
    /// How many evaluations there may be.
    public var evaluationMaximum = 20_000

    private static let failureMaximum = 100

    /// Makes a search.
    public init(_ query: PolicyQuery) { self.query = query }

    /// Loads files, evaluates the query, and finds what it needs.
    public func run(
        data paths: [String], ignored: [String] = [], input: RegoValue? = nil
    ) throws(PolicyProblems) -> PolicyReasons {
        try DeepThread.run { () -> Result<PolicyReasons, PolicyProblems> in
            do {
                let sources = try PolicyLoader(
                    version: query.version, ignored: ignored, bundles: query.bundles
                ).load(paths)
                return .success(try reasons(sources, input))
            } catch {
                return .failure(PolicyProblems(PolicyReport(failure: error).problems, isLoading: false))
            }
        }.get()
    }

    private func reasons(_ sources: PolicySources, _ input: RegoValue?) throws -> PolicyReasons {
        let engine = try query.engine(sources)
        // One time and one seed for all evaluations: only the facts differ.
        var options = query.evaluationOptions
        let sink = options.sink
        var prepared = try query.prepare(engine)
        let rows = try prepared.evaluate(input: input, options: options).rows
        options.sink = nil
        let end = query.timeout.map { ContinuousClock.now + $0 }
        var preparedData: RegoValue? = .object(sources.documents)
        var search = FactSearch(input: input, data: .object(sources.documents), budget: evaluationMaximum) {
            [options] input, data in
            if let end, ContinuousClock.now >= end { throw PolicyProblem("the time is over") }
            if data != preparedData {
                prepared = try query.prepare(engine.replacing(data: data ?? .object(RegoObject())))
                preparedData = data
            }
            return Self.isSame(try prepared.evaluate(input: input, options: options).rows, rows)
        }
        search.run()
        let isLate = end.map { ContinuousClock.now >= $0 } ?? false
        let facts = search.facts.filter { $0 != PolicyFact(path: ["data"], value: .object(RegoObject())) }
        options.sink = sink
        return PolicyReasons(
            query: query.text, rows: rows, facts: facts,
            minimality: isLate || !search.isComplete ? .unknown : search.isSubsetMinimal ? .subset : .single,
            failures: facts.isEmpty ? try failures(engine, input, options) : [],
            evaluationCount: search.evaluationCount)
    }

    private static func isSame(_ left: [RegoResults.Row], _ right: [RegoResults.Row]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { one, other in
                one.bindings == other.bindings && one.expressions.map(\.value) == other.expressions.map(\.value)
            }
    }

    /// The expressions of rules that do not hold, each once.
    private func failures(
        _ engine: RegoEngine, _ input: RegoValue?, _ options: EvaluationOptions
    ) throws -> [PolicyReasons.Condition] {
        let collector = TraceCollector(explanation: .fails)
        var options = options
        options.sink = nil
        options.tracer = collector.take
        _ = try query.prepare(engine, isTraced: true).evaluate(input: input, options: options)
        var found: [PolicyReasons.Condition] = []
        for event in collector.explanation.events where event.operation == .fail && !event.location.file.isEmpty {
            let condition = PolicyReasons.Condition(text: event.node.text, location: event.location)
            if found.count < Self.failureMaximum, !found.contains(condition) { found.append(condition) }
        }
        return found
    }
}
