import ArgumentParser
import ControlClient
import Model

/// `approve ID`.
struct RunApprove: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Let a run that waits for approval go on.",
        discussion: "The approval holds for the plan that 'aetherctl runs show ID' shows, and for no other.")

    @Argument(help: "The run, such as run-7 or 7.")
    var id: String
    @Option(name: .long, help: ArgumentHelp("The hash of the plan that was read.", valueName: "hash"))
    var plan: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        try await RunDecision(id, .approved, planHash: plan).make(console)
    }
}
