import ArgumentParser
import ControlClient
import Model

/// `diff RESOURCE…`.
struct ResourceDiff: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show declared against observed for some resources.",
        discussion: "Exits with 2 when one of them differs.")

    @Argument(help: "Resources, such as file:/etc/motd.")
    var resource: [String]
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws { for text in resource { _ = try ResourceText.parse(text) } }

    func execute(_ console: Console) async throws -> CommandExit {
        let client = try console.client()
        var reports: [DiffReport] = []
        for text in resource { reports.append(try await client.diff(try ResourceText.parse(text).name)) }
        if reports.count == 1, let report = reports.first {
            try console.show(report, as: output.output) { text(reports, console) }
        } else {
            try console.show(JSONItems(reports), as: output.output) { text(reports, console) }
        }
        return CommandExit(reports)
    }

    private func text(_ reports: [DiffReport], _ console: Console) -> String {
        reports.flatMap { report in
            if let problem = report.problem { return ProblemText.lines([problem], style: console.style) }
            guard let change = report.change else { return ["\(report.resource): no differences".onOneLine] }
            return ChangeText.lines(change, style: console.style, isVerbose: console.isVerbose)
        }.joined(separator: "\n")
    }
}
