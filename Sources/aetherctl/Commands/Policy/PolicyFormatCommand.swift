import ArgumentParser
import HostRuntime
import PolicyTool

/// `policy fmt [PATH…]`.
struct PolicyFormatCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Lay modules out in the one form that all share.",
        discussion: """
            Prints the formatted text of the modules, or of standard input; with -w files are overwritten, each at \
            once. Exits with 2 when a file cannot be formatted or --fail finds one that should be, with 1 when \
            standard input cannot be formatted.
            """)

    @Argument(help: "Modules, and directories of them; none for standard input.", completion: .file())
    var paths: [String] = []
    @Flag(name: .shortAndLong, help: "Print the names of the files that would change.")
    var list = false
    @Flag(name: .shortAndLong, help: "Print what would change.")
    var diff = false
    @Flag(name: .shortAndLong, help: "Overwrite the files.")
    var write = false
    @Flag(name: .long, help: "Exit with 2 when a file would change.")
    var fail = false
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        var formatting = PolicyFormatting()
        formatting.version = policy.version
        formatting.ignored = policy.patterns
        guard !paths.isEmpty else {
            let module: FormattedModule
            do throws(PolicyProblems) {
                module = try formatting.format(nil)
            } catch {
                try console.progress(error.text + "\n")
                return .policyFailed
            }
            try console.write(bytes: module.formatted)
            return .fine
        }
        do {
            var hasFailed = false
            for path in try formatting.files(paths) {
                let module = try formatting.format(path)
                hasFailed = hasFailed || (fail && module.hasChanged)
                if hasFailed, !list, !diff { break }
                try show(module, console)
            }
            guard hasFailed else { return .fine }
            try console.progress("unexpected diff\n")
        } catch let error as PolicyProblems {
            try console.progress("failed to format Rego source file: \(error.text)\n")
        } catch let error as PolicyProblem {
            try console.progress(error.line + "\n")
        }
        return .policyBroken
    }

    private func show(_ module: FormattedModule, _ console: Console) throws {
        if list {
            if module.hasChanged { try console.write(module.path) }
        } else if diff {
            if module.hasChanged { try console.write(difference(of: module)) }
        } else if write {
            if module.hasChanged { try module.write() }
        } else {
            try console.write(bytes: module.formatted)
        }
    }

    private func difference(of module: FormattedModule) -> String {
        let path = module.path.hasPrefix("/") ? module.path : "/" + module.path
        return UnifiedDiff.make(path: path, from: module.original, to: module.formatted)
            ?? "\(module.path): too long for a comparison; it would change"
    }
}
