import ArgumentParser
import ControlClient
import Model

/// `adopt RESOURCE…`.
struct ResourceAdopt: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Print the observed state of resources as a blueprint.",
        discussion: "Nothing is managed until the blueprint is committed to the source.")

    @Argument(help: "Resources, such as file:/etc/motd.")
    var resource: [String]
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws { for text in resource { _ = try ResourceText.parse(text) } }

    func execute(_ console: Console) async throws -> CommandExit {
        let names = try resource.map { try ResourceText.parse($0).description }
        let report = try await console.client().adopt(AdoptRequest(resources: names))
        // The blueprint is YAML already, in an order that people read.
        if output.output == .json {
            try console.show(report, as: .json) { "" }
        } else {
            try console.write(report.yaml)
            for line in ProblemText.lines(report.problems, style: .plain) { try console.note(line) }
        }
        return report.problems.isEmpty ? .fine : .error
    }
}
