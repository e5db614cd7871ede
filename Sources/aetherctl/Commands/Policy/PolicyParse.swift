import ArgumentParser
import PolicyTool

/// `policy parse FILE`.
struct PolicyParse: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse", abstract: "Print the syntax tree of a module.",
        discussion: "Exits with 1 after an error, which is told as JSON on standard error.")

    @Argument(help: "The module.", completion: .file())
    var path: String
    @Option(name: .shortAndLong, help: "pretty or json.")
    var format: ProblemFormat = .pretty
    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "Include 'locations' in the JSON, or leave out '-comments', with commas between them.",
            valueName: "elements"))
    var jsonInclude = ""
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let known = ["locations", "comments"]
        for element in jsonInclude.split(separator: ",") where !known.contains(String(element.trimmingPrefix("-"))) {
            throw ValidationError("'\(element)' is nothing to include; known are \(known.joined(separator: " and "))")
        }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        var tree: SyntaxTree
        do throws(PolicyProblems) {
            tree = SyntaxTree(try PolicyLoader(version: policy.version).module(at: path))
        } catch {
            try console.progress(error.json)
            return .policyFailed
        }
        tree.include(jsonInclude)
        try console.write(bytes: Array((format == .json ? tree.json : tree.text).utf8))
        return .fine
    }
}
