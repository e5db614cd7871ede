import ArgumentParser
import ControlClient
import Model

/// `rollback [--to GENERATION]`.
struct SourceRollback: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Go back to a generation.",
        discussion: "Every commit since is held until 'aetherctl resume' or a newer commit.")

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The generation; the last good one before the one in force if left out.", valueName: "number"))
    var to: Int64?
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let to, to < 1 { throw ValidationError("generations count from 1; see 'aetherctl history'") }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let client = try console.client()
        let receipt = try await client.rollback(RollbackRequest(generation: to))
        return try await PassFollower(client, console, output.output).finish(receipt, waiting)
    }
}
