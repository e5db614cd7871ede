import ArgumentParser
import PolicyTool

/// `policy test PATH…`.
struct PolicyTest: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests of modules: rules whose names start with 'test_'.",
        discussion: """
            Prints what did not pass, with -v every test. Exits with 2 when a test failed or is only planned \
            ('todo_test_'), and with 1 when modules cannot be loaded or compiled.
            """)

    @Argument(help: "Modules, documents, and directories of them.", completion: .file())
    var paths: [String]
    @Flag(name: .shortAndLong, help: "The paths are bundles: directories or files of tar and gzip.")
    var bundle = false
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Run only tests whose full name matches.", valueName: "regexp"))
    var run: String?
    @Option(name: .shortAndLong, help: "pretty, json, or with --bench gobench.")
    var format: BenchmarkFormat = .pretty
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How long one test may take; 5s if not given, 30s with --bench.", valueName: "duration"))
    var timeout: String?
    @Flag(name: .long, help: "Measure each test that holds for a second.")
    var bench = false
    @Flag(
        name: .long, inversion: .prefixedNo, help: "Tell what one evaluation of a measured test uses up of its limits.")
    var benchmem = true
    @Option(name: .long, help: ArgumentHelp("How many times to run the tests, unless some fail.", valueName: "n"))
    var count = 1
    @Option(
        name: [.customShort("m"), .customLong("max-errors")],
        help: ArgumentHelp("How many errors are told at most; 0 for all.", valueName: "n"))
    var errorLimit = 10
    @Flag(name: [.customShort("z"), .long], help: "Planned tests are no failure.")
    var exitZeroOnSkipped = false
    @Flag(name: .long, help: "No test at all is a failure.")
    var failOnEmpty = false
    @OptionGroup var bundles: BundleOptions
    @Flag(name: .shortAndLong, help: "Print as JSON which lines of the modules the tests reach, in place of the tests.")
    var coverage = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Exit with 2 when less than this part of the lines is reached; implies --coverage.", valueName: "percent"))
    var threshold: Double?
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let timeout { _ = try PolicyOptions.duration(timeout) }
        guard (1...10_000).contains(count) else { throw ValidationError("--count is between 1 and 10000") }
        guard format != .gobench || bench else { throw ValidationError("--format gobench needs --bench") }
        guard !bench || !coverage && threshold == nil else {
            throw ValidationError("give --bench or --coverage, not both: what is traced is slower")
        }
        if let threshold, !(0...100).contains(threshold) { throw ValidationError("a threshold is between 0 and 100") }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        var tests = TestRun()
        tests.version = policy.version
        tests.pattern = run
        tests.timeout = try timeout.map(PolicyOptions.duration) ?? .seconds(bench ? 30 : 5)
        tests.errorLimit = errorLimit
        tests.ignored = policy.patterns
        tests.runtime = PolicyOptions.runtime
        tests.hasCoverage = coverage || threshold != nil
        tests.benchmarkDuration = bench ? .seconds(1) : nil
        if bundle { tests.bundles = bundles.reading(paths) }
        var status = CommandExit.fine
        for _ in 0..<count where status == .fine { status = try run(tests, console) }
        return status
    }

    private func run(_ tests: TestRun, _ console: Console) throws -> CommandExit {
        let report: TestReport
        do throws(PolicyProblems) {
            report = try tests.run(bundle ? [] : paths)
        } catch {
            try console.progress(error.text + "\n")
            return .policyFailed
        }
        if let coverage = report.coverage { return try told(coverage, report, console) }
        let text =
            format == .json
            ? report.json
            : report.text(isVerbose: global.verbose, hasGoNames: format == .gobench, hasMemory: benchmem)
        try console.write(bytes: Array(text.utf8))
        if report.results.isEmpty, failOnEmpty {
            try console.note("no tests were run")
            return .policyFailed
        }
        return report.hasFailed(acceptsPlanned: exitZeroOnSkipped) ? .policyBroken : .fine
    }

    /// Lines of tests that fail say nothing of what is covered.
    private func told(_ coverage: PolicyCoverage, _ report: TestReport, _ console: Console) throws -> CommandExit {
        if let failure = report.firstFailure {
            try console.progress(failure + "\n")
            return .policyFailed
        }
        if let complaint = coverage.complaint(threshold: threshold ?? 0, isVerbose: global.verbose) {
            try console.progress(complaint)
            return .policyBroken
        }
        try console.write(bytes: Array(coverage.json.utf8))
        return .fine
    }
}
