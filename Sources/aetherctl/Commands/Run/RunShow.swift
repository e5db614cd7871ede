import ArgumentParser
import ControlClient
import Model

/// `runs show ID`.
struct RunShow: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run with its steps, its plan and the diffs.")

    @Argument(help: "The run, such as run-7 or 7.")
    var id: String
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let client = try console.client()
        let name = RunName.parse(id)
        let object = try await client.get(ObjectKey(kind: WorkflowRunKind.descriptor.kind, name: name))
        let details = RunDetails(
            run: try object.json, plan: try await client.runPlan(name), steps: try await client.runLog(name))
        try console.show(details, as: output.output) {
            RunScreen(try Object<WorkflowRunKind>(object), details, console).text
        }
        return .fine
    }
}
