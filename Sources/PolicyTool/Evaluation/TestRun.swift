public import Rego
import Synchronization

/// A run of the tests that modules hold, as `opa test` does it.
public struct TestRun: Sendable {
    /// The version of the language of modules that do not say it themselves.
    public var version = RegoVersion.v1
    /// A pattern that the full name of a test must hold.
    public var pattern: String?
    /// How long one test may take.
    public var timeout = Duration.seconds(5)
    /// How many errors of the compiler are reported at most; 0 for all.
    public var errorLimit = 10
    /// Shell patterns of names that are passed over.
    public var ignored: [String] = []
    /// The bundles whose tests run besides.
    public var bundles = BundleReading()
    /// What `opa.runtime` answers.
    public var runtime = RegoObject()
    /// Whether the lines that the tests reach are told.
    public var hasCoverage = false
    /// How long each test that holds is measured, after a tenth of that which does not count; nil for not at all.
    public var benchmarkDuration: Duration?

    /// Makes a run.
    public init() {}

    /// Loads files, and runs the tests of their modules one after the other.
    public func run(_ paths: [String]) throws(PolicyProblems) -> TestReport {
        try DeepThread.run { () -> Result<TestReport, PolicyProblems> in
            Result { () throws(PolicyProblems) in try report(paths) }
        }.get()
    }

    private func report(_ paths: [String]) throws(PolicyProblems) -> TestReport {
        let sources = try PolicyLoader(version: version, ignored: ignored, bundles: bundles).load(paths)
        let conflicts = sources.conflicts
        guard conflicts.isEmpty else { throw PolicyProblems(conflicts, isLoading: false) }
        let filter = try filter()
        let (engine, tests) = try compile(sources)
        let collector = hasCoverage ? TraceCollector(hasCoverage: true) : nil
        var results: [TestResult] = []
        for test in tests {
            do {
                guard try filter(test.query) else { continue }
            } catch {
                throw PolicyProblems(PolicyReport(failure: error).problems, isLoading: false)
            }
            results.append(result(of: test, engine, collector))
        }
        return TestReport(results: results, coverage: collector?.coverage(of: sources.modules))
    }

    private func compile(_ sources: PolicySources) throws(PolicyProblems) -> (RegoEngine, [RegoTest]) {
        let options = RegoEngine.Options(version: version, errorLimit: errorLimit > 0 ? errorLimit : .max)
        let data = RegoValue.object(sources.documents)
        var modules = sources.modules
        let tests = RegoModule.takeTests(of: &modules, cases: true)
        do throws(RegoErrors) {
            return (try RegoEngine(modules: modules, data: data, options: options), tests)
        } catch {
            // Where the rules that name the cases are at fault, the tests run without them.
            modules = sources.modules
            let tests = RegoModule.takeTests(of: &modules, cases: false)
            do throws(RegoErrors) {
                return (try RegoEngine(modules: modules, data: data, options: options), tests)
            } catch {
                throw PolicyProblems(error)
            }
        }
    }

    /// Whether a name has the pattern.
    private func filter() throws(PolicyProblems) -> (String) throws -> Bool {
        guard let pattern else { return { _ in true } }
        do throws(RegoErrors) {
            let query = try RegoEngine(modules: []).prepare("regex.match(input.pattern, input.name)")
            return { name in
                let input: RegoValue = ["pattern": RegoValue(pattern), "name": RegoValue(name)]
                return try query.evaluate(input: input, options: EvaluationOptions(isStrict: true)).value == true
            }
        } catch {
            throw PolicyProblems(error)
        }
    }

    private func result(of test: RegoTest, _ engine: RegoEngine, _ collector: TraceCollector?) -> TestResult {
        var result = TestResult(test)
        guard !test.isPlanned else { return result }
        let output = TestOutput()
        let clock = ContinuousClock()
        let start = clock.now
        evaluate(test, engine, output.append, collector, &result)
        result.duration = clock.now - start
        result.output = output.text
        measure(test, engine, &result)
        return result
    }

    private func measure(_ test: RegoTest, _ engine: RegoEngine, _ result: inout TestResult) {
        guard let benchmarkDuration, result.outcome == .passed else { return }
        do {
            let query = try engine.prepare(test.query)
            // Its end is the same for all evaluations of the test.
            let options = PolicyQuery.options(isStrict: false, timeout, runtime, nil)
            let usage = try query.evaluate(options: options).usage
            result.benchmark = try BenchmarkResult(
                duration: benchmarkDuration, warmUp: benchmarkDuration / 10, usage: usage
            ) { _ = try query.evaluate(options: options) }
        } catch {
            result.outcome = .broken(PolicyReport(failure: error).problems)
        }
    }

    private func evaluate(
        _ test: RegoTest, _ engine: RegoEngine, _ sink: @escaping @Sendable (String) -> Void,
        _ collector: TraceCollector?, _ result: inout TestResult
    ) {
        do {
            var options = PolicyQuery.options(isStrict: false, timeout, runtime, sink)
            options.tracer = collector.map { $0.take }
            let query = try engine.prepare(test.query, isTraced: collector != nil)
            let value = try query.evaluate(options: options).value
            guard test.hasCases else {
                result.outcome = value == true ? .passed : .failed
                return
            }
            var cases = TestCase(name: "", value: value ?? .object(RegoObject()))
            if let query = test.casesQuery {
                let options = PolicyQuery.options(isStrict: false, timeout, runtime, nil)
                let expected = try engine.prepare(query).evaluate(options: options).value
                if case .set(let set)? = expected {
                    for names in set.sorted { cases.expect(names) }
                }
            }
            result.cases = cases.cases
            result.outcome = value == nil || cases.hasFailed ? .failed : .passed
        } catch {
            result.outcome = .broken(PolicyReport(failure: error).problems)
        }
    }
}

/// What a test printed.
private final class TestOutput: Sendable {
    private let lines = Mutex("")

    var text: String { lines.withLock { $0 } }

    @Sendable func append(_ line: String) { lines.withLock { $0 += line + "\n" } }
}
