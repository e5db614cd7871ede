import ArgumentParser
import ControlClient
import Model

/// `audit verify`.
struct AuditVerify: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no record of the audit log was changed, removed or added.",
        discussion: "Exits with 1 when the chain is broken.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let report = try await console.client().verifyAudit()
        let broken = "the audit log is broken: \(report.problem ?? "the daemon does not say where")"
        if !report.isIntact, output.output == .table || output.output == .wide { throw CommandFailure(broken) }
        try console.show(report, as: output.output) {
            "the audit log is intact: \(report.records) records, head \(report.head)".onOneLine
        }
        return report.isIntact ? .fine : .error
    }
}
