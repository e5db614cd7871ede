import ArgumentParser
import ControlClient
import Model

/// `apply -f FILE`.
struct ObjectApply: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Create the objects of a file, or bring those that exist to its state.",
        discussion: "Labels and annotations are added to those that the object has; the spec is replaced.")

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp("YAML or JSON documents; - reads standard input.", valueName: "file"), completion: .file())
    var filename: String
    @Flag(name: .long, help: "Only check what would happen.")
    var dryRun = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let file = try ObjectFile(path: filename)
        guard file.diagnostics.isEmpty else {
            for diagnostic in file.diagnostics { try console.note(diagnostic.line) }
            throw CommandFailure("nothing was applied: '\(filename)' has \(file.diagnostics.count) errors; mend them")
        }
        let client = try console.client()
        var applied: [APIObject] = []
        for object in file.objects {
            let (result, outcome) = try await ObjectApplication(client, isDryRun: dryRun).apply(object)
            applied.append(result)
            if output.output == .table || output.output == .wide {
                try console.write("\(result.key.shown) \(outcome.rawValue)\(dryRun ? " (dry run)" : "")")
            }
        }
        guard output.output == .json || output.output == .yaml else { return .fine }
        let json = applied.count == 1 ? try applied.first?.json ?? .null : try ObjectLines.list(applied)
        try console.show(json: json, as: output.output) { "" }
        return .fine
    }
}
