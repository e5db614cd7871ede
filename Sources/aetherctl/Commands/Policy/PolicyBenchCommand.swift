import ArgumentParser
import PolicyTool
import Rego

/// `policy bench QUERY`.
struct PolicyBenchCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure how long a query takes.",
        discussion: """
            Evaluates the query for a second, after a tenth of one that does not count, and tells how the times of the \
            evaluations are distributed. Loading and compiling are not measured. Exits with 1 after an error, and when \
            the query is undefined.
            """)

    @Argument(help: "The query, such as 'data.policy.allow'.")
    var query: String?
    @OptionGroup var sources: PolicySourceOptions
    @Option(name: .shortAndLong, help: "json, pretty or gobench.")
    var format: BenchmarkFormat = .pretty
    @Option(name: .long, help: ArgumentHelp("How many times to measure.", valueName: "n"))
    var count = 1
    @Flag(name: .long, inversion: .prefixedNo, help: "Tell what one evaluation uses up of its limits.")
    var benchmem = true
    @Flag(name: .long, inversion: .prefixedNo, help: "Tell how the times are distributed.")
    var metrics = true
    @Flag(name: .long, inversion: .prefixedNo, help: "Exit with 1 when the query is undefined.")
    var fail = true
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try sources.validate(query: query)
        guard (1...10_000).contains(count) else { throw ValidationError("--count is between 1 and 10000") }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        do {
            let evaluation = try sources.evaluation(query, policy, console)
            var benchmark = PolicyBenchmark(evaluation.query)
            benchmark.count = count
            benchmark.failsOnUndefined = fail
            let results = try benchmark.run(data: sources.data, ignored: policy.patterns, input: evaluation.input)
            for result in results {
                let text = result.text(
                    as: format, query: evaluation.query.text, hasMetrics: metrics, hasMemory: benchmem)
                try console.write(bytes: Array(text.utf8))
            }
            return .fine
        } catch let error as PolicyProblems {
            if format == .json {
                try console.write(bytes: Array(error.json.utf8))
            } else {
                try console.progress(error.text + "\n")
            }
            return .policyFailed
        }
    }
}
