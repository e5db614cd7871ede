import ArgumentParser
import ControlClient
import HostRuntime
import Model

/// `facts`.
struct FactsShow: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts", abstract: "Show what conditions may depend on: the facts of the host.",
        discussion: """
            What is shown is input.host.facts of every 'when'. The daemon is asked; where none runs, or with --local, \
            the facts of the host on which the command runs are read.
            """)

    @Flag(name: .long, help: "Read this host's facts without asking the daemon.")
    var local = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let facts = try await facts(console)
        try console.show(facts, as: output.output) { FactsScreen(facts).table.text(style: console.style) }
        return .fine
    }

    private func facts(_ console: Console) async throws -> HostFacts {
        if local { return try await Self.own() }
        do throws(ControlClientError) {
            return try await console.client().facts()
        } catch {
            guard error.code == .unreachable else { throw error }
            if global.verbose { try console.note("no daemon answers; these facts are read here") }
            return try await Self.own()
        }
    }

    /// The facts of the host on which the command runs.
    static func own() async throws -> HostFacts {
        let worker = try ThreadWorker(name: "facts", count: 1)
        return try await worker.run { try FactsReader.ofThisHost().read() }
    }
}
