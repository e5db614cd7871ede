import ArgumentParser
import Brahma
import LinuxIO
import Model

/// `validate DIR`.
struct SiteValidate: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a site repository as the daemon would; needs no daemon.",
        discussion: """
            Prints FILE:LINE:COLUMN: MESSAGE for each error and exits with 1. Conditions see the facts of the host on \
            which the command runs, or those of another: 'aetherctl facts -o json' there, and --facts FILE here.
            """)

    @Argument(help: "The directory of the site.", completion: .directory)
    var directory: String
    @Option(
        help: ArgumentHelp("Evaluate conditions over these facts, JSON or YAML.", valueName: "file"),
        completion: .file(extensions: ["json", "yaml"]))
    var facts: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let path = try LocalPath.absolute(directory)
        let known = try await hostFacts()
        let site = try SiteCompiler(denied: SiteReport.denied, sink: .digests, facts: known).compile(directory: path)
        let report = SiteReport(site)
        try console.show(report, as: output.output) {
            report.errors.isEmpty
                ? "no errors in \(report.blueprints) blueprint\(report.blueprints == 1 ? "" : "s") with "
                    + "\(report.resources) resource\(report.resources == 1 ? "" : "s")"
                    + (report.withheld == 0 ? "" : ", \(report.withheld) of them left alone by 'when' here")
                : report.errors.map(\.line).joined(separator: "\n")
        }
        return report.valid ? .fine : .error
    }

    /// The facts that conditions see.
    private func hostFacts() async throws -> HostFacts {
        guard let facts else { return try await FactsShow.own() }
        let bytes: [UInt8]
        do {
            bytes = try readFile(facts, limit: 1 << 20)
        } catch {
            throw CommandFailure("cannot read the facts '\(facts)': \(error)")
        }
        let stream = YAMLStream(parsing: bytes, file: facts)
        guard stream.diagnostics.isEmpty, let document = stream.documents.first else {
            throw CommandFailure(
                "the facts '\(facts)' are not what 'aetherctl facts -o json' prints: "
                    + (stream.diagnostics.first.map(\.line) ?? "the file is empty"))
        }
        do {
            return try document.json.decode(HostFacts.self, field: "facts")
        } catch {
            throw CommandFailure("the facts '\(facts)' are not what 'aetherctl facts -o json' prints: \(error)")
        }
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
    let withheld: Int
    let errors: [CompileDiagnostic]

    init(_ site: CompiledSite) {
        valid = site.diagnostics.isEmpty
        blueprints = site.blueprints.count
        resources = site.resources.count + site.withheld.count
        withheld = site.withheld.count
        errors = site.diagnostics
    }
}
