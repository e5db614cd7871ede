import ArgumentParser
import Model
import Synchronization
import Testing

@testable import aetherctl

/// What a command printed.
final class OutputBuffer: Sendable {
    private let streams = Mutex<[StandardStream: [UInt8]]>([:])

    var sink: Console.Sink {
        { stream, bytes in self.streams.withLock { $0[stream, default: []] += bytes } }
    }

    var output: String { text(of: .output) }
    var errors: String { text(of: .error) }

    /// A console that prints here.
    func console(isTerminal: Bool = false, _ options: GlobalOptions? = nil) -> Console {
        Console(options ?? Self.plainOptions, terminal: Self.terminal(isTerminal), sink: sink)
    }

    /// Runs the command line.
    func run(_ arguments: String..., isTerminal: Bool = false, socketPath: String? = nil) async -> CommandExit {
        var invocation = Invocation(arguments: arguments)
        invocation.sink = sink
        invocation.terminal = Self.terminal(isTerminal)
        invocation.terminal.socketPath = socketPath
        return await invocation.run()
    }

    private static var plainOptions: GlobalOptions {
        do {
            return try GlobalOptions.parse([])
        } catch {
            preconditionFailure("options without arguments parse: \(error)")
        }
    }

    static func terminal(_ isTerminal: Bool) -> Terminal {
        Terminal(
            isOutputTerminal: isTerminal, isErrorTerminal: isTerminal, allowsColor: isTerminal,
            width: isTerminal ? 80 : nil, socketPath: nil)
    }

    private func text(of stream: StandardStream) -> String {
        streams.withLock { String(decoding: $0[stream] ?? [], as: UTF8.self) }
    }
}
