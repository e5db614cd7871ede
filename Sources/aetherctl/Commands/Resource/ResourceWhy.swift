import ArgumentParser
import ControlClient
import Model

/// `why RESOURCE`.
struct ResourceWhy: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell why a resource is as it is: who, which run, plan, approval and commit.")

    @Argument(help: "A resource, such as file:/etc/motd.")
    var resource: String
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws { _ = try ResourceText.parse(resource) }

    func execute(_ console: Console) async throws -> CommandExit {
        let report = try await console.client().why(try ResourceText.parse(resource).name)
        try console.show(report, as: output.output) { WhyScreen(report, console.style, now: console.now).text }
        return .fine
    }
}
