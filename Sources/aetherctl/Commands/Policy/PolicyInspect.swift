import ArgumentParser
import PolicyTool

/// `policy inspect PATH`.
struct PolicyInspect: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Tell what a bundle or a module holds.",
        discussion: "Exits with 1 after an error.")

    @Argument(help: "A bundle, its directory, or a module.", completion: .file())
    var path: String
    @Flag(name: .shortAndLong, help: "List the METADATA comments.")
    var annotations = false
    @Option(name: .shortAndLong, help: "pretty or json.")
    var format: ProblemFormat = .pretty
    @OptionGroup var bundles: BundleOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let inspection: BundleInspection
        do throws(PolicyProblem) {
            inspection = try BundleInspection.of(
                path, version: policy.version, ignored: policy.patterns, verification: bundles.verification)
        } catch {
            try console.progress("error: \(error.line)\n")
            return .policyFailed
        }
        let text =
            format == .json
            ? inspection.json(annotations: annotations) : inspection.text(annotations: annotations)
        try console.write(bytes: Array(text.utf8))
        return .fine
    }
}
