import ArgumentParser
import ControlClient
import Model

/// `get KIND [NAME…]`.
struct ObjectGet: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "List objects of a kind, or show some of them.",
        discussion: "KIND is a plural, singular or short name; KIND/NAME and TYPE:NAME of a resource work too.")

    @Argument(help: "The kind, such as resources or runs.", completion: KindText.completion)
    var kind: String
    @Argument(help: "Names; a resource's in any form.")
    var name: [String] = []
    @Option(
        name: [.customShort("l"), .customLong("selector")],
        help: ArgumentHelp("Only objects with these labels, such as tier=edge.", valueName: "selector"))
    var selector: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Only objects with these fields, such as status.phase=Drifted.", valueName: "selector"))
    var fieldSelector: String?
    @Flag(name: [.customShort("w"), .long], help: "Go on showing changes.")
    var watch = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let selection = try ObjectSelection(kind: kind, names: name)
        let filters = try ObjectFilters(labels: selector, fields: fieldSelector)
        if !selection.names.isEmpty, !filters.isEmpty { throw ValidationError("give names or a selector, not both") }
        if watch, selection.names.count > 1 { throw ValidationError("only one name can be watched") }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let selection = try ObjectSelection(kind: kind, names: name)
        let filters = try ObjectFilters(labels: selector, fields: fieldSelector)
        let client = try console.client()
        if watch {
            try await ObjectStream(selection, filters, format: output.output).show(client, console)
            return .fine
        }
        if selection.names.isEmpty {
            let list = try await client.list(selection.descriptor.kind, filters.options)
            if list.items.isEmpty, output.output == .table || output.output == .wide {
                try console.note("no \(selection.descriptor.plural) found")
            } else {
                try console.show(json: list.json, as: output.output) { table(list.items, selection, console) }
            }
            return .fine
        }
        var objects: [APIObject] = []
        for key in selection.keys { objects.append(try await client.get(key)) }
        if objects.count == 1, let object = objects.first {
            try console.show(json: object.json, as: output.output) { table(objects, selection, console) }
        } else {
            try console.show(json: ObjectLines.list(objects), as: output.output) { table(objects, selection, console) }
        }
        return .fine
    }

    private func table(_ objects: [APIObject], _ selection: ObjectSelection, _ console: Console) -> String {
        let isWide = output.output == .wide
        return ObjectLines.table(objects, of: selection.descriptor, isWide: isWide, now: console.now)
            .text(width: isWide ? nil : console.terminal.width, style: console.style)
    }
}
