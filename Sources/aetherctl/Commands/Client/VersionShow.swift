import ArgumentParser
import ControlClient
import Model

/// `version`.
struct VersionShow: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of the command line and, if it answers, of the daemon.")

    @Flag(name: .long, help: "Do not ask the daemon.")
    var client = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        var members: [String: JSONValue] = ["client": ["version": .string(ProductVersion.text)]]
        var server = ""
        if !client {
            do throws(ControlClientError) {
                let answer = try await console.client().version()
                members["server"] = answer
                server = (answer["version"] ?? answer["gitVersion"])?.stringValue ?? answer.canonicalText
            } catch {
                server = "not reachable"
                if console.isVerbose { try console.note(error.message) }
            }
        }
        try console.show(json: .object(members), as: output.output) {
            "client: \(ProductVersion.text)" + (server.isEmpty ? "" : "\nserver: \(server.onOneLine)")
        }
        return .fine
    }
}
