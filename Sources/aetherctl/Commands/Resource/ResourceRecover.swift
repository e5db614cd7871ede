import ArgumentParser
import ControlClient
import Model

/// `recover RESOURCE [--at TIME]`.
struct ResourceRecover: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Give back bytes that a run replaced or removed.",
        discussion: "Prints the bytes that were replaced last, or those that were there at a time.")

    @Argument(help: "A resource, such as file:/etc/motd.")
    var resource: String
    @Option(
        name: .long,
        help: ArgumentHelp("As they were then: 2026-01-31T12:00:00Z, or an age such as 2h.", valueName: "time"))
    var at: String?
    @Flag(name: .long, help: "List what can be recovered instead.")
    var list = false
    @Option(
        name: .customLong("output"), help: ArgumentHelp("Write them into a new file.", valueName: "file"),
        completion: .file())
    var file: String?
    @Option(
        name: .customShort("o"), help: ArgumentHelp("How to print --list: table, json or yaml.", valueName: "format"))
    var format: OutputFormat = .table
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        _ = try ResourceText.parse(resource)
        if list, at != nil || file != nil { throw ValidationError("--list goes with neither --at nor --output") }
        if !list, format != .table { throw ValidationError("-o goes with --list; the bytes are printed as they are") }
        if let at, RecoveryChoice.time(at, now: Console.wallTime()) == nil {
            throw ValidationError("'\(at)' is no time; write it as 2026-01-31T12:00:00Z or as an age such as 2h")
        }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let id = try ResourceText.parse(resource)
        let client = try console.client()
        let versions = try await client.versions(id.name).sorted { $0.time > $1.time }
        if list {
            try console.show(JSONItems(versions), as: format) { RecoveryChoice.table(versions).text() }
            return .fine
        }
        let time = at.flatMap { RecoveryChoice.time($0, now: console.now) }
        let version = try RecoveryChoice.version(at: time, of: versions, resource: id)
        let content = try await client.content(id.name, digest: version.content.digest)
        var target = try RecoveryTarget(file: file, console)
        for try await chunk in content { try target.write(chunk) }
        try target.finish(expecting: version.content)
        return .fine
    }
}
