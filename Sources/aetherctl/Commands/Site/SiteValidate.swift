import ArgumentParser
import Brahma
import Model

/// `validate DIR`.
struct SiteValidate: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a site repository as the daemon would; needs no daemon.",
        discussion: "Prints FILE:LINE:COLUMN: MESSAGE for each error and exits with 1.")

    @Argument(help: "The directory of the site.", completion: .directory)
    var directory: String
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let path = try LocalPath.absolute(directory)
        let site = try SiteCompiler(denied: SiteReport.denied, sink: .digests).compile(directory: path)
        let report = SiteReport(site)
        try console.show(report, as: output.output) {
            report.errors.isEmpty
                ? "no errors in \(report.blueprints) blueprint\(report.blueprints == 1 ? "" : "s") with "
                    + "\(report.resources) resource\(report.resources == 1 ? "" : "s")"
                : report.errors.map(\.line).joined(separator: "\n")
        }
        return report.valid ? .fine : .error
    }
}

/// What was found in a site.
struct SiteReport: Codable, Sendable, Hashable {
    /// Trees that the daemon denies on an installed host, besides those of the kernel.
    static let denied = ["/var/lib/aetheredge", "/var/cache/aetheredge", "/run/aetheredge"].map {
        DeniedTree($0, reason: "holds the daemon's own state")
    }

    let valid: Bool
    let blueprints: Int
    let resources: Int
    let errors: [CompileDiagnostic]

    init(_ site: CompiledSite) {
        valid = site.diagnostics.isEmpty
        blueprints = site.blueprints.count
        resources = site.resources.count
        errors = site.diagnostics
    }
}
