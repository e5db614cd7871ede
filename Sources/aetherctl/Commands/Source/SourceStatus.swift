import ArgumentParser
import ControlClient
import Model

/// `status`.
struct SourceStatus: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show on one screen whether the host is in its declared state.")

    @Flag(name: .long, help: "Exit with 2 when the host is not converged.")
    var exitCode = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let summary = try await console.client().summary()
        try console.show(summary, as: output.output) { StatusScreen(summary, console.style, now: console.now).text }
        return exitCode && !summary.converged ? .differences : .fine
    }
}
