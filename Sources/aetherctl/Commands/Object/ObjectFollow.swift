import ArgumentParser
import ControlClient
import Model

/// `watch KIND [NAME]`.
struct ObjectFollow: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show objects of a kind and every change of them, until interrupted.",
        discussion: "With -o json each change is one line: {\"object\": {…}, \"type\": \"ADDED|MODIFIED|DELETED\"}.")

    @Argument(help: "The kind, such as resources or runs.", completion: KindText.completion)
    var kind: String
    @Argument(help: "A name; a resource's in any form.")
    var name: String?
    @Option(
        name: [.customShort("l"), .customLong("selector")],
        help: ArgumentHelp("Only objects with these labels.", valueName: "selector"))
    var selector: String?
    @Option(name: .long, help: ArgumentHelp("Only objects with these fields.", valueName: "selector"))
    var fieldSelector: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        _ = try ObjectSelection(kind: kind, names: name.map { [$0] } ?? [])
        _ = try ObjectFilters(labels: selector, fields: fieldSelector)
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let selection = try ObjectSelection(kind: kind, names: name.map { [$0] } ?? [])
        let filters = try ObjectFilters(labels: selector, fields: fieldSelector)
        try await ObjectStream(selection, filters, format: output.output).show(try console.client(), console)
        return .fine
    }
}
