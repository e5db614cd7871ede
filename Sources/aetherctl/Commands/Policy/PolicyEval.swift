import ArgumentParser
import PolicyTool
import Rego

/// `policy eval QUERY`.
struct PolicyEval: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluate a query.",
        discussion: """
            Exits with 0, with 1 when --fail or --fail-defined say so, and with 2 after an error, whose description is \
            the result with --format json.
            """)

    @Argument(help: "The query, such as 'data.policy.allow'.")
    var query: String?
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A module, a document, or a directory of them; KEYS:PATH puts documents below data.KEYS.",
            valueName: "path"),
        completion: .file())
    var data: [String] = []
    @Option(
        name: .shortAndLong, help: ArgumentHelp("A bundle: a directory, or a file of tar and gzip.", valueName: "path"),
        completion: .file())
    var bundle: [String] = []
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The input document, JSON or YAML.", valueName: "file"),
        completion: .file())
    var input: String?
    @Flag(name: [.customShort("I"), .long], help: "Read the input document from standard input.")
    var stdinInput = false
    @Flag(name: .long, help: "Read the query from standard input.")
    var stdin = false
    @Option(name: .shortAndLong, help: "json, values, bindings, pretty, raw or discard.")
    var format: PolicyFormat = .json
    @Option(name: .long, help: "The package whose rules the query names without 'data'.")
    var package: String?
    @Option(name: .customLong("import"), help: ArgumentHelp("An import of the query.", valueName: "reference"))
    var imports: [String] = []
    @Flag(name: .long, help: "Exit with 1 when the query is undefined.")
    var fail = false
    @Flag(name: .long, help: "Exit with 1 when the query is defined.")
    var failDefined = false
    @Flag(name: .long, help: "The failure of a built-in function ends the evaluation.")
    var strictBuiltinErrors = false
    @Flag(name: .long, help: "Report the failures of built-in functions beside the result.")
    var showBuiltinErrors = false
    @Flag(name: [.customShort("S"), .long], help: "Refuse what 'policy check --strict' refuses.")
    var strict = false
    @Option(name: .long, help: ArgumentHelp("How long the evaluation may take, such as 5s.", valueName: "duration"))
    var timeout: String?
    @OptionGroup var bundles: BundleOptions
    @OptionGroup var trace: PolicyTraceOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (query != nil) != stdin else {
            throw ValidationError(stdin ? "give a query or --stdin, not both" : "give a query, or --stdin")
        }
        guard !stdin || !stdinInput else { throw ValidationError("give --stdin or --stdin-input, not both") }
        guard !stdinInput || input == nil else { throw ValidationError("give --stdin-input or --input, not both") }
        guard !fail || !failDefined else { throw ValidationError("give --fail or --fail-defined, not both") }
        guard !strictBuiltinErrors || !showBuiltinErrors else {
            throw ValidationError("--strict-builtin-errors ends at the first error, --show-builtin-errors goes on")
        }
        if let timeout { _ = try PolicyOptions.duration(timeout) }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        var evaluation: PolicyQuery
        var document: RegoValue?
        do throws(PolicyProblem) {
            let text = if let query { query } else { try PolicyLoader.query() }
            evaluation = PolicyQuery(text)
            if stdinInput || input != nil { document = try PolicyLoader.input(at: input) }
        } catch {
            throw CommandFailure(error.line, status: .policyBroken)
        }
        evaluation.package = package
        evaluation.imports = imports
        evaluation.bundles = bundles.reading(bundle)
        evaluation.version = policy.version
        evaluation.isStrict = strict
        evaluation.failsOnBuiltinErrors = strictBuiltinErrors
        evaluation.showsBuiltinErrors = showBuiltinErrors
        evaluation.timeout = try timeout.map(PolicyOptions.duration)
        evaluation.runtime = PolicyOptions.runtime
        evaluation.tracing = try trace.tracing
        evaluation.sink = { text in try? console.progress(text + "\n") }
        let report = evaluation.report(data: data, ignored: policy.patterns, input: document)
        let text = report.text(as: format)
        if !text.errors.isEmpty { try console.progress(text.errors) }
        try console.write(bytes: Array(text.output.utf8))
        if report.hasFailed { return .policyBroken }
        return (fail && !report.isDefined) || (failDefined && report.isDefined) ? .policyFailed : .fine
    }
}
