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
    @Option(name: .shortAndLong, help: "pretty or json.")
    var format: ProblemFormat = .pretty
    @Option(name: .long, help: ArgumentHelp("How long one test may take.", valueName: "duration"))
    var timeout = "5s"
    @Option(
        name: [.customShort("m"), .customLong("max-errors")],
        help: ArgumentHelp("How many errors are told at most; 0 for all.", valueName: "n"))
    var errorLimit = 10
    @Flag(name: [.customShort("z"), .long], help: "Planned tests are no failure.")
    var exitZeroOnSkipped = false
    @Flag(name: .long, help: "No test at all is a failure.")
    var failOnEmpty = false
    @OptionGroup var bundles: BundleOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws { _ = try PolicyOptions.duration(timeout) }

    func execute(_ console: Console) async throws -> CommandExit {
        var tests = TestRun()
        tests.version = policy.version
        tests.pattern = run
        tests.timeout = try PolicyOptions.duration(timeout)
        tests.errorLimit = errorLimit
        tests.ignored = policy.patterns
        tests.runtime = PolicyOptions.runtime
        let report: TestReport
        do throws(PolicyProblems) {
            if bundle { tests.bundles = bundles.reading(paths) }
            report = try tests.run(bundle ? [] : paths)
        } catch {
            try console.progress(error.text + "\n")
            return .policyFailed
        }
        let text = format == .json ? report.json : report.text(isVerbose: global.verbose)
        try console.write(bytes: Array(text.utf8))
        if report.results.isEmpty, failOnEmpty {
            try console.note("no tests were run")
            return .policyFailed
        }
        return report.hasFailed(acceptsPlanned: exitZeroOnSkipped) ? .policyBroken : .fine
    }
}
