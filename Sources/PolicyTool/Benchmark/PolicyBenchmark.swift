public import Rego

/// Runs one query many times and measures each run, as `opa bench` does: loading and compiling do not count.
public struct PolicyBenchmark: Sendable {
    /// The query, with all that says how it is evaluated.
    public var query: PolicyQuery
    /// How many times the benchmark is repeated.
    public var count = 1
    /// Whether an undefined query is an error.
    public var failsOnUndefined = true
    /// How long each repetition measures at least.
    public var duration = Duration.seconds(1)
    /// How long runs go unmeasured before that, so that what is made once is made.
    public var warmUp = Duration.milliseconds(100)

    /// Makes a benchmark.
    public init(_ query: PolicyQuery) { self.query = query }

    /// Loads files and runs the benchmark; each repetition gives its result.
    public func run(
        data paths: [String], ignored: [String] = [], input: RegoValue? = nil
    ) throws(PolicyProblems) -> [BenchmarkResult] {
        try DeepThread.run { () -> Result<[BenchmarkResult], PolicyProblems> in
            do {
                let sources = try PolicyLoader(
                    version: query.version, ignored: ignored, bundles: query.bundles
                ).load(paths)
                return .success(try measure(sources, input))
            } catch {
                return .failure(PolicyProblems(PolicyReport(failure: error).problems, isLoading: false))
            }
        }.get()
    }

    private func measure(_ sources: PolicySources, _ input: RegoValue?) throws -> [BenchmarkResult] {
        let prepared = try query.prepare(query.engine(sources))
        let options = query.evaluationOptions
        let first = try prepared.evaluate(input: input, options: options)
        guard !failsOnUndefined || !first.rows.isEmpty else { throw PolicyProblem("undefined result") }
        return try (0..<count).map { _ in
            try BenchmarkResult(duration: duration, warmUp: warmUp, usage: first.usage) {
                _ = try prepared.evaluate(input: input, options: options)
            }
        }
    }
}
