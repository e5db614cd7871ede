import ArgumentParser
import ControlClient
import Model

/// `reconcile [--wait] [--plan HASH]`.
struct SourceReconcile: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Fetch and reconcile now.",
        discussion: """
            With --wait exits with 0 when the host is converged, 1 when the run failed or was rolled back, 2 when \
            differences are left, 3 when the gate denies, 4 when an approval is waited for.
            """)

    @Option(name: .long, help: ArgumentHelp("Run only if the plan has this hash.", valueName: "hash"))
    var plan: String?
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let client = try console.client()
        let receipt = try await client.reconcile(ReconcileRequest(planHash: plan))
        return try await PassFollower(client, console, output.output).finish(receipt, waiting)
    }
}
