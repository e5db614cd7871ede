import ArgumentParser
import ControlClient
import Model

/// `delete KIND NAME…`.
struct ObjectDelete: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete objects.",
        discussion: "Objects that come from the source are deleted by a commit, not here.")

    @Argument(help: "The kind, or KIND/NAME.", completion: KindText.completion)
    var kind: String?
    @Argument(help: "Names.")
    var name: [String] = []
    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp("Delete the objects of this file; - reads standard input.", valueName: "file"),
        completion: .file())
    var filename: String?
    @Flag(name: .long, help: "An object that does not exist is no error.")
    var ignoreNotFound = false
    @Flag(name: .long, help: "Only check what would happen.")
    var dryRun = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (kind == nil) != (filename == nil) else { throw ValidationError("give KIND NAME or -f FILE") }
        if let kind, try ObjectSelection(kind: kind, names: name).names.isEmpty {
            throw ValidationError("say which one: 'aetherctl delete \(kind) NAME'")
        }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let keys: [ObjectKey]
        if let kind {
            keys = try ObjectSelection(kind: kind, names: name).keys
        } else {
            let file = try ObjectFile(path: filename ?? "-")
            if let first = file.diagnostics.first { throw CommandFailure(first.line) }
            keys = file.objects.map(\.key)
        }
        let client = try console.client()
        for key in keys {
            do throws(ControlClientError) {
                try await client.delete(key, isDryRun: dryRun)
            } catch {
                guard ignoreNotFound, error.code == .notFound else { throw error }
                continue
            }
            try console.write("\(key.shown) deleted\(dryRun ? " (dry run)" : "")")
        }
        return .fine
    }
}
