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

    /// Makes a query.
    public init(_ text: String) { self.text = text }

    /// Loads files, and runs the query over them.
    public func report(data paths: [String], ignored: [String] = [], input: RegoValue? = nil) -> PolicyReport {
        DeepThread.run {
            do {
                let sources = try PolicyLoader(version: version, ignored: ignored, bundles: bundles).load(paths)
                return try report(sources, input: input)
            } catch {
                return PolicyReport(failure: error)
            }
        }
    }

    private func report(_ sources: PolicySources, input: RegoValue?) throws -> PolicyReport {
        let conflicts = isStrict ? sources.conflicts : []
        guard conflicts.isEmpty else { throw PolicyProblems(conflicts, isLoading: false) }
        let engine = try RegoEngine(
            modules: sources.modules, data: .object(sources.documents),
            options: RegoEngine.Options(version: version, isStrict: isStrict))
        let query = try engine.prepare(text, package: package, imports: imports)
        let results = try query.evaluate(
            input: input, options: Self.options(isStrict: failsOnBuiltinErrors, timeout, runtime, sink))
        return PolicyReport(results, showsBuiltinErrors: showsBuiltinErrors)
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
