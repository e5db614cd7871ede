import LinuxIO
public import Rego

/// A query over what files hold, as `opa eval` runs it.
public struct PolicyQuery: Sendable {
    /// The query.
    public var text: String
    /// The package whose rules the query may name as its own modules do.
    public var package: String?
    /// Imports of the query, without the word.
    public var imports: [String] = []
    /// The version of the language, of the query and of modules that do not say it themselves.
    public var version = RegoVersion.v1
    /// Whether the compiler refuses what `opa check --strict` refuses, and rules that stand where documents stand.
    public var isStrict = false
    /// Whether the failure of a built-in ends the evaluation.
    public var failsOnBuiltinErrors = false
    /// Whether the failures of built-ins that did not end the evaluation are reported.
    public var showsBuiltinErrors = false
    /// The bundles that the query reads besides.
    public var bundles = BundleReading()
    /// How long the evaluation may take.
    public var timeout: Duration?
    /// What `opa.runtime` answers.
    public var runtime = RegoObject()
    /// Receives what `print` says.
    public var sink: (@Sendable (String) -> Void)?
    /// What is told of the evaluation beside its result.
    public var tracing = PolicyTracing()
    /// How many times it is loaded, compiled and evaluated; the result is the first one's, the times are of all.
    public var count = 1

    /// Makes a query.
    public init(_ text: String) { self.text = text }

    /// Loads files, and runs the query over them.
    public func report(data paths: [String], ignored: [String] = [], input: RegoValue? = nil) -> PolicyReport {
        DeepThread.run {
            guard count > 1 else { return once(paths, ignored, input) }
            var query = self
            // Which lines are shown is decided by the times of all runs.
            query.tracing.profileLimit = 0
            var report = query.once(paths, ignored, input)
            var others: [PolicyTrace] = []
            while others.count + 1 < count, !report.hasFailed {
                others.append(query.once(paths, ignored, input).trace)
            }
            report.trace.aggregate(with: others, by: tracing)
            return report
        }
    }

    private func once(_ paths: [String], _ ignored: [String], _ input: RegoValue?) -> PolicyReport {
        var timers = PolicyTimers()
        do {
            let loader = PolicyLoader(version: version, ignored: ignored, bundles: bundles)
            let sources = try timers.measure("timer_rego_load_files_ns") { try loader.load(paths) }
            return try report(sources, input: input, &timers)
        } catch {
            var report = PolicyReport(failure: error)
            if tracing.hasMetrics { report.trace.timers = timers.values }
            return report
        }
    }

    /// Runs the query over what was loaded.
    func report(_ sources: PolicySources, input: RegoValue?) -> PolicyReport {
        DeepThread.run {
            do {
                var timers = PolicyTimers()
                return try report(sources, input: input, &timers)
            } catch {
                return PolicyReport(failure: error)
            }
        }
    }

    /// Compiles what was loaded.
    func engine(_ sources: PolicySources) throws -> RegoEngine {
        let conflicts = isStrict ? sources.conflicts : []
        guard conflicts.isEmpty else { throw PolicyProblems(conflicts, isLoading: false) }
        return try RegoEngine(
            modules: sources.modules, data: .object(sources.documents),
            options: RegoEngine.Options(version: version, isStrict: isStrict))
    }

    /// Compiles the query.
    func prepare(_ engine: RegoEngine, isTraced: Bool = false) throws -> PreparedQuery {
        try engine.prepare(text, package: package, imports: imports, isTraced: isTraced)
    }

    /// How the query is evaluated from now on.
    var evaluationOptions: EvaluationOptions {
        Self.options(isStrict: failsOnBuiltinErrors, timeout, runtime, sink)
    }

    private func report(
        _ sources: PolicySources, input: RegoValue?, _ timers: inout PolicyTimers
    ) throws -> PolicyReport {
        let engine = try timers.measure("timer_rego_module_compile_ns") { try self.engine(sources) }
        let query = try timers.measure("timer_rego_query_compile_ns") {
            try self.prepare(engine, isTraced: tracing.needsTrace)
        }
        var options = evaluationOptions
        let collector = tracing.collector
        options.tracer = collector.map { $0.take }
        var report: PolicyReport
        var usage: RegoResults.Usage?
        do {
            let results = try timers.measure("timer_rego_query_eval_ns") {
                try query.evaluate(input: input, options: options)
            }
            report = PolicyReport(results, showsBuiltinErrors: showsBuiltinErrors)
            usage = results.usage
        } catch {
            report = PolicyReport(failure: error)
        }
        report.trace = tracing.trace(of: collector, modules: sources.modules)
        if tracing.hasMetrics { report.trace.timers = timers.values }
        if tracing.hasCounters, let usage {
            report.trace.counters = [("counter_eval_steps", usage.steps), ("counter_eval_value_bytes", usage.bytes)]
        }
        return report
    }

    /// How one evaluation runs: at this time, from a random seed, reaching names but no hosts.
    static func options(
        isStrict: Bool, _ timeout: Duration?, _ runtime: RegoObject, _ sink: (@Sendable (String) -> Void)?
    ) -> EvaluationOptions {
        let time = wallClockNow()
        var world = BuiltinContext.World(runtime: runtime)
        world.lookup = { try HostLookup.addresses(of: $0) }
        var generator = SystemRandomNumberGenerator()
        var interruption: (@Sendable () -> BuiltinError.Halt?)?
        if let timeout {
            let end = ContinuousClock.now + timeout
            interruption = { ContinuousClock.now >= end ? .cancelled : nil }
        }
        return EvaluationOptions(
            isStrict: isStrict, now: time.seconds * 1_000_000_000 + Int64(time.nanoseconds), seed: generator.next(),
            world: world, sink: sink, interruption: interruption)
    }
}
