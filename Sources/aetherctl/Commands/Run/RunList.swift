import ArgumentParser
import ControlClient
import Model

/// `runs`.
struct RunList: ConsoleCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List runs, newest first.")

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("The most runs to list.", valueName: "count"))
    var limit = 50
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws { if limit < 1 { throw ValidationError("--limit must be at least 1") } }

    func execute(_ console: Console) async throws -> CommandExit {
        var list = try await console.client().list(WorkflowRunKind.descriptor.kind)
        list.items = Array(list.items.sorted { Self.number($0) > Self.number($1) }.prefix(limit))
        let format = output.output
        if list.items.isEmpty, format == .table || format == .wide {
            try console.note("no runs found")
            return .fine
        }
        try console.show(json: list.json, as: format) {
            Self.table(list.items, isWide: format == .wide, now: console.now)
                .text(width: format == .wide ? nil : console.terminal.width, style: console.style)
        }
        return .fine
    }

    /// The run's place in time.
    static func number(_ run: APIObject) -> Int64 {
        run.metadata.name.split(separator: "-").last.flatMap { Int64($0) } ?? 0
    }

    static func table(_ runs: [APIObject], isWide: Bool, now: WallTime) -> TextTable {
        TextTable(
            ["NAME", "PHASE", "CAUSE", "CHANGES", "COMMIT", "ASKED BY", "AGE", "MESSAGE"],
            rows: runs.map { run in
                let commit = run.spec["commit"]?.stringValue ?? ""
                return [
                    run.metadata.name, run.status["phase"]?.stringValue ?? "", run.spec["cause"]?.stringValue ?? "",
                    ObjectLines.text(run.spec["changes"] ?? .null), isWide ? commit : CommitText.short(commit),
                    run.spec["requestedBy"]?.stringValue ?? "", Age.text(run.metadata.creationTimestamp, now: now),
                    run.status["message"]?.stringValue ?? "",
                ]
            })
    }
}
