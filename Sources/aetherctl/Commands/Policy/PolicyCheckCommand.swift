import ArgumentParser
import PolicyTool

/// How errors of policies are printed.
enum ProblemFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    case pretty
    case json
}

/// `policy check PATH…`.
struct PolicyCheckCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Parse and compile modules.",
        discussion: "Prints nothing when all is well; else the errors on standard error, and exits with 1.")

    @Argument(help: "Modules, and directories of them.", completion: .file())
    var paths: [String]
    @Flag(name: .shortAndLong, help: "The paths are bundles: directories or files of tar and gzip.")
    var bundle = false
    @Option(name: .shortAndLong, help: "How errors are printed: pretty or json.")
    var format: ProblemFormat = .pretty
    @Flag(name: [.customShort("S"), .long], help: "Refuse variables, arguments and imports that are not used.")
    var strict = false
    @Option(
        name: [.customShort("m"), .customLong("max-errors")],
        help: ArgumentHelp("How many errors are told at most; 0 for all.", valueName: "n"))
    var errorLimit = 10
    @OptionGroup var bundles: BundleOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        var check = PolicyCheck()
        check.version = policy.version
        check.isStrict = strict
        check.errorLimit = errorLimit
        check.ignored = policy.patterns
        do throws(PolicyProblems) {
            if bundle { check.bundles = bundles.reading(paths) }
            try check.run(bundle ? [] : paths)
            return .fine
        } catch {
            try console.progress(format == .json ? error.json : error.text + "\n")
            return .policyFailed
        }
    }
}
