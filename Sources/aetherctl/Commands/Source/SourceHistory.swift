import ArgumentParser
import ControlClient
import Model

/// `history`.
struct SourceHistory: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the generations that a rollback can go back to, newest first.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let entries = try await console.client().history()
        let format = output.output
        if entries.isEmpty, format == .table || format == .wide {
            try console.note("there is no generation yet")
            return .fine
        }
        try console.show(JSONItems(entries), as: format) {
            Self.table(entries, isWide: format == .wide, now: console.now)
                .text(width: format == .wide ? nil : console.terminal.width, style: console.style)
        }
        return .fine
    }

    static func table(_ entries: [HistoryEntry], isWide: Bool, now: WallTime) -> TextTable {
        TextTable(
            ["GENERATION", "STATE", "IN FORCE", "COMMIT", "RESOURCES", "AGE", "AUTHOR", "SUBJECT"],
            rows: entries.map { entry in
                [
                    String(entry.generation), entry.state, entry.isInForce ? "yes" : "",
                    isWide ? entry.commit.commit : CommitText.short(entry.commit.commit), String(entry.resources),
                    Age.text(entry.createdTime, now: now), entry.commit.author,
                    entry.message ?? entry.commit.subject,
                ]
            })
    }
}
