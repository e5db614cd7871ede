import ArgumentParser
import PolicyTool

/// `policy explain QUERY`.
struct PolicyExplain: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell which facts led to a decision.",
        discussion: """
            Finds a set of places of input and documents that gives the query the value it has and of which none can \
            be left out, by evaluating it again and again without the others. Where none is needed, as when a default \
            decides, tells which expressions of the rules did not hold. Exits with 1 after an error.
            """)

    @Argument(help: "The query, such as 'data.policy.deny'.")
    var query: String?
    @OptionGroup var sources: PolicySourceOptions
    @Option(name: .shortAndLong, help: "pretty or json.")
    var format: ProblemFormat = .pretty
    @Option(name: .long, help: ArgumentHelp("How long the search may take.", valueName: "duration"))
    var timeout = "30s"
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try sources.validate(query: query)
        _ = try PolicyOptions.duration(timeout)
    }

    func execute(_ console: Console) async throws -> CommandExit {
        do {
            var evaluation = try sources.evaluation(query, policy, console)
            evaluation.query.timeout = try PolicyOptions.duration(timeout)
            let reasons = try PolicyReasonSearch(evaluation.query).run(
                data: sources.data, ignored: policy.patterns, input: evaluation.input)
            try console.write(bytes: Array((format == .json ? reasons.json : reasons.text).utf8))
            return .fine
        } catch let error as PolicyProblems {
            try console.progress(format == .json ? error.json : error.text + "\n")
            return .policyFailed
        }
    }
}
