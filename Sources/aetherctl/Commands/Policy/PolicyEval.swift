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
    @OptionGroup var sources: PolicySourceOptions
    @Option(name: .shortAndLong, help: "json, values, bindings, pretty, raw or discard.")
    var format: PolicyFormat = .json
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
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Load, compile and evaluate so many times; the times of --metrics and --profile are of all.",
            valueName: "n"))
    var count = 1
    @OptionGroup var trace: PolicyTraceOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try sources.validate(query: query)
        guard !fail || !failDefined else { throw ValidationError("give --fail or --fail-defined, not both") }
        guard !strictBuiltinErrors || !showBuiltinErrors else {
            throw ValidationError("--strict-builtin-errors ends at the first error, --show-builtin-errors goes on")
        }
        if let timeout { _ = try PolicyOptions.duration(timeout) }
        guard (1...1_000_000).contains(count) else { throw ValidationError("--count is between 1 and 1000000") }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        var (evaluation, document) = try sources.evaluation(query, policy, console, failure: .policyBroken)
        evaluation.isStrict = strict
        evaluation.failsOnBuiltinErrors = strictBuiltinErrors
        evaluation.showsBuiltinErrors = showBuiltinErrors
        evaluation.timeout = try timeout.map(PolicyOptions.duration)
        evaluation.tracing = try trace.tracing
        evaluation.count = count
        let report = evaluation.report(data: sources.data, ignored: policy.patterns, input: document)
        let text = report.text(as: format)
        if !text.errors.isEmpty { try console.progress(text.errors) }
        try console.write(bytes: Array(text.output.utf8))
        if report.hasFailed { return .policyBroken }
        return (fail && !report.isDefined) || (failDefined && report.isDefined) ? .policyFailed : .fine
    }
}
