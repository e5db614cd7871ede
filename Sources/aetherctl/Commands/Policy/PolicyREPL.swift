import ArgumentParser
import Glibc
import PolicyTool
import Rego

/// `policy repl`.
struct PolicyREPL: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl", abstract: "Ask queries and define rules line by line.",
        discussion: """
            Reads statements from standard input until it ends or one is 'exit'; 'help' lists what can be said. \
            Errors do not end it.
            """)

    @Argument(help: "Modules, documents, and directories of them.", completion: .file())
    var paths: [String] = []
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A module, a document, or a directory of them.", valueName: "path"), completion: .file())
    var data: [String] = []
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The input document, JSON or YAML.", valueName: "file"),
        completion: .file())
    var input: String?
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        var session: PolicySession
        do {
            let document = try input.map { try PolicyLoader.input(at: $0) }
            session = try PolicySession(
                data: data + paths, ignored: policy.patterns, input: document, version: policy.version)
        } catch let error as PolicyProblems {
            try console.progress(error.text + "\n")
            return .policyFailed
        } catch let error as PolicyProblem {
            throw CommandFailure(error.line, status: .policyFailed)
        }
        session.runtime = PolicyOptions.runtime
        session.sink = { text in try? console.progress(text + "\n") }
        let isInteractive = console.terminal.isOutputTerminal && isatty(STDIN_FILENO) == 1
        var prompt = "> "
        while true {
            if isInteractive { try console.write(bytes: Array(prompt.utf8)) }
            guard let line = readLine() else { break }
            let reply = session.take(line)
            try show(reply, console)
            if reply.isEnd { return .fine }
            prompt = reply.isIncomplete ? "| " : "> "
        }
        try show(session.finish(), console)
        return .fine
    }

    private func show(_ reply: PolicySession.Reply, _ console: Console) throws {
        try console.write(bytes: Array(reply.output.utf8))
        if !reply.errors.isEmpty { try console.progress(reply.errors) }
    }
}
