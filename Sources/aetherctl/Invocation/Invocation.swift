import ArgumentParser
import ControlClient
import Model

/// One call of the command line: from its arguments to its exit code.
struct Invocation: Sendable {
    let arguments: [String]
    /// Where bytes go; tests put a buffer here.
    var sink: Console.Sink = { stream, bytes in try stream.write(bytes) }
    var terminal = Terminal.current

    init(arguments: [String]) { self.arguments = arguments }

    /// Runs the command and reports its failure.
    func run() async -> CommandExit {
        let ordered = CommandPath.movingGlobalOptions(in: arguments)
        do {
            var command = try await Aetherctl.asyncParseAsRoot(ordered)
            guard let command = command as? any ConsoleCommand else {
                try command.run()
                return .fine
            }
            let console = Console(command.global, terminal: terminal, sink: sink)
            do {
                return try await command.execute(console)
            } catch {
                return report(error, isVerbose: command.global.verbose)
            }
        } catch {
            return reportParsing(error, of: ordered)
        }
    }

    /// A failed command: one line on standard error, with what is behind it under `-v`.
    private func report(_ error: any Error, isVerbose: Bool) -> CommandExit {
        if let error = error as? ExitCode { return CommandExit(rawValue: error.rawValue) ?? .error }
        let explanation = Explanation(error)
        warn("aetherctl: " + explanation.message)
        if isVerbose { for line in explanation.details { warn("  " + line) } }
        return explanation.status
    }

    /// Arguments that make no sense, or ask for help.
    private func reportParsing(_ error: any Error, of arguments: [String]) -> CommandExit {
        if Aetherctl.exitCode(for: error) == .success {
            try? sink(.output, Array((Aetherctl.fullMessage(for: error) + "\n").utf8))
            return .fine
        }
        let path = CommandPath(arguments)
        warn("aetherctl: " + path.explanation(of: Aetherctl.message(for: error)))
        return .usage
    }

    private func warn(_ line: String) {
        // There is nobody left to tell when standard error is gone.
        try? sink(.error, Array((line.onOneLine + "\n").utf8))
    }
}
