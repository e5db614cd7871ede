import ArgumentParser
import PolicyTool
import Rego

/// What a query is asked about: modules, documents, an input, and what its names mean.
struct PolicySourceOptions: ParsableArguments {
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
    @Option(name: .long, help: "The package whose rules the query names without 'data'.")
    var package: String?
    @Option(name: .customLong("import"), help: ArgumentHelp("An import of the query.", valueName: "reference"))
    var imports: [String] = []
    @OptionGroup var bundles: BundleOptions

    func validate(query: String?) throws {
        guard (query != nil) != stdin else {
            throw ValidationError(stdin ? "give a query or --stdin, not both" : "give a query, or --stdin")
        }
        guard !stdin || !stdinInput else { throw ValidationError("give --stdin or --stdin-input, not both") }
        guard !stdinInput || input == nil else { throw ValidationError("give --stdin-input or --input, not both") }
    }

    /// The query and its input; what cannot be read ends the command with `failure`.
    func evaluation(
        _ query: String?, _ policy: PolicyOptions, _ console: Console, failure: CommandExit = .policyFailed
    ) throws -> (query: PolicyQuery, input: RegoValue?) {
        var evaluation: PolicyQuery
        var document: RegoValue?
        do throws(PolicyProblem) {
            let text = if let query { query } else { try PolicyLoader.query() }
            evaluation = PolicyQuery(text)
            if stdinInput || input != nil { document = try PolicyLoader.input(at: input) }
        } catch {
            throw CommandFailure(error.line, status: failure)
        }
        evaluation.package = package
        evaluation.imports = imports
        evaluation.bundles = bundles.reading(bundle)
        evaluation.version = policy.version
        evaluation.runtime = PolicyOptions.runtime
        evaluation.sink = { text in try? console.progress(text + "\n") }
        return (evaluation, document)
    }
}
