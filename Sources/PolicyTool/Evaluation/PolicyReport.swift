public import Rego

/// What came of a query: its rows, or what is wrong.
public struct PolicyReport: Sendable {
    /// The ways in which the query holds; none when it is undefined.
    public let rows: [RegoResults.Row]
    /// What is wrong, with the failures of built-ins where they were asked for.
    public let problems: [PolicyProblem]
    /// Whether there are no rows because something is wrong.
    public let hasFailed: Bool
    /// What is told of the evaluation beside its result.
    public internal(set) var trace = PolicyTrace()

    init(_ results: RegoResults, showsBuiltinErrors: Bool) {
        rows = results.rows
        problems = showsBuiltinErrors ? results.builtinErrors.map(PolicyProblem.init) : []
        hasFailed = false
    }

    init(failure error: any Error) {
        rows = []
        hasFailed = true
        problems =
            switch error {
            case let error as PolicyProblems: error.problems
            case let error as RegoErrors: error.errors.map(PolicyProblem.init)
            case let error as RegoError: [PolicyProblem(error)]
            case let error as PolicyProblem: [error]
            default: [PolicyProblem("\(error)")]
            }
    }

    /// Whether the query holds in some way.
    public var isDefined: Bool { !rows.isEmpty }
}
