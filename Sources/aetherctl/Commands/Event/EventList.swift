import ArgumentParser
import ControlClient
import Model

/// `events [--watch] [--for OBJECT]`.
struct EventList: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Show what happened, the newest last.")

    @Flag(name: [.customShort("w"), .long], help: "Go on showing events.")
    var watch = false
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Only events about this object: KIND/NAME or a resource.", valueName: "object"))
    var object: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws { _ = try key() }

    func execute(_ console: Console) async throws -> CommandExit {
        let key = try key()
        let client = try console.client()
        let format = output.output
        if watch {
            try await EventStream(about: key, format: format).show(client, console)
            return .fine
        }
        let all = try await client.list(EventKind.self).items
        let events = EventText.sorted(key.map { key in all.filter { EventText.isAbout($0, key) } } ?? all)
        if events.isEmpty, format == .table || format == .wide {
            try console.note("no events found")
            return .fine
        }
        try console.show(json: ObjectLines.list(events.map { try $0.untyped() }), as: format) {
            EventText.table(events, now: console.now)
                .text(width: format == .wide ? nil : console.terminal.width, style: console.style)
        }
        return .fine
    }

    private func key() throws -> ObjectKey? {
        guard let object else { return nil }
        let selection = try ObjectSelection(kind: object, names: [])
        guard let key = selection.keys.first else {
            throw ValidationError("say which one: --for \(object)/NAME")
        }
        return key
    }
}
