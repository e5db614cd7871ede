import ArgumentParser
import ControlClient
import Model

/// `plan [--source DIR]`.
struct SourcePlan: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what would change, with diffs; never touches the host.",
        discussion: "Exits with 0 when there is nothing to do, 2 when there are differences, 3 when the gate denies.")

    @Option(
        name: .long,
        help: ArgumentHelp("Plan this directory of the host instead of the source.", valueName: "dir"),
        completion: .directory)
    var source: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let directory = try source.map { try LocalPath.absolute($0) }
        let report = try await console.client().plan(PlanRequest(directory: directory))
        try console.show(report, as: output.output) {
            PlanScreen(report, console.style, isVerbose: console.isVerbose).text
        }
        for error in report.errors { try console.note(error.line) }
        return CommandExit(report)
    }
}
