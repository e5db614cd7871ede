import ArgumentParser
import ControlClient
import Model

/// `deny ID`.
struct RunDeny: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "Refuse a run that waits for approval.")

    @Argument(help: "The run, such as run-7 or 7.")
    var id: String
    @Option(name: .long, help: ArgumentHelp("The hash of the plan that was read.", valueName: "hash"))
    var plan: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        try await RunDecision(id, .denied, planHash: plan).make(console)
    }
}
