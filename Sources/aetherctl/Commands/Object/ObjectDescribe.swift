import ArgumentParser
import ControlClient
import Model

/// `describe KIND [NAME…]`.
struct ObjectDescribe: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Show everything about objects, with their conditions and events.")

    @Argument(help: "The kind, such as resources or runs.", completion: KindText.completion)
    var kind: String
    @Argument(help: "Names; a resource's in any form.")
    var name: [String] = []
    @Option(
        name: [.customShort("l"), .customLong("selector")],
        help: ArgumentHelp("Only objects with these labels.", valueName: "selector"))
    var selector: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        _ = try ObjectSelection(kind: kind, names: name)
        _ = try ObjectFilters(labels: selector, fields: nil)
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let selection = try ObjectSelection(kind: kind, names: name)
        let client = try console.client()
        var objects: [APIObject] = []
        if selection.names.isEmpty {
            let filters = try ObjectFilters(labels: selector, fields: nil)
            objects = try await client.list(selection.descriptor.kind, filters.options).items
        } else {
            for key in selection.keys { objects.append(try await client.get(key)) }
        }
        if objects.isEmpty { try console.note("no \(selection.descriptor.plural) found") }
        let isForPeople = output.output == .table || output.output == .wide
        let events = isForPeople && !objects.isEmpty ? try await client.list(EventKind.self).items : []
        let json = objects.count == 1 ? try objects.first?.json ?? .null : try ObjectLines.list(objects)
        try console.show(json: json, as: output.output) {
            try objects.map { object in
                let own = events.filter { EventText.isAbout($0, object.key) }
                return try DescriptionText(object, events: own, console).text
            }.joined(separator: "\n\n")
        }
        return .fine
    }
}
