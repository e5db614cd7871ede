import ArgumentParser
import ControlClient
import Model

/// `resume [BLUEPRINT|RESOURCE]`.
struct SourceResume: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End a pause; without a name also what a rollback holds.")

    @Argument(help: "A blueprint or a resource; everything if left out.")
    var object: String?
    @OptionGroup var global: GlobalOptions

    func validate() throws { _ = try ResourceText.pausable(object) }

    func execute(_ console: Console) async throws -> CommandExit {
        let key = try ResourceText.pausable(object)
        try await console.client().resume(key)
        try console.write("\(key.shown) is reconciled again".onOneLine)
        return .fine
    }
}
