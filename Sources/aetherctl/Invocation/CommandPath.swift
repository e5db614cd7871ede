import ArgumentParser
import Model

/// The names at the beginning of the arguments that choose a command.
struct CommandPath {
    /// The names, such as `["runs", "show"]`.
    let names: [String]
    /// The argument that is neither a command nor an option, where a command was expected.
    let unknown: String?
    private let choices: [String]

    init(_ arguments: [String]) {
        var names: [String] = []
        var command: any ParsableCommand.Type = Aetherctl.self
        var rest = arguments[...]
        while let next = rest.first, let found = Self.child(next, of: command) {
            names.append(next)
            command = found
            rest = rest.dropFirst()
        }
        self.names = names
        choices = Self.children(of: command).map(Self.name)
        // Behind an option of the command's own stands what may be its value.
        let next = Self.leadingGlobalOptions(of: rest).rest.first
        unknown = choices.isEmpty ? nil : next.flatMap { $0.hasPrefix("-") ? nil : $0 }
    }

    /// The message of a parser's error, with where to read on.
    func explanation(of message: String) -> String {
        if let unknown {
            let suggestion = Suggestion.clause(for: unknown, among: choices)
            return "there is no command '\((names + [unknown]).joined(separator: " "))'"
                + (suggestion.isEmpty ? "; \(help)" : suggestion)
        }
        var text = message
        if text.hasSuffix(".") { text.removeLast() }
        if let first = text.first, first.isUppercase { text = first.lowercased() + text.dropFirst() }
        return "\(text); \(help)"
    }

    private var help: String { "see '\((["aetherctl"] + names + ["--help"]).joined(separator: " "))'" }

    /// Options that every command takes may stand before the command's name; the parser wants them behind it.
    static func movingGlobalOptions(in arguments: [String]) -> [String] {
        let (moved, rest) = leadingGlobalOptions(of: arguments[...])
        let names = CommandPath(Array(rest)).names
        guard !names.isEmpty else { return Array(rest) + moved }
        return names + moved + rest.dropFirst(names.count)
    }

    private static func leadingGlobalOptions(
        of arguments: ArraySlice<String>
    ) -> (options: [String], rest: ArraySlice<String>) {
        var moved: [String] = []
        var rest = arguments
        while let next = rest.first {
            if GlobalOptions.flags.contains(next) || GlobalOptions.valued.contains(where: { next.hasPrefix($0 + "=") })
            {
                moved.append(next)
                rest = rest.dropFirst()
            } else if GlobalOptions.valued.contains(next), rest.count > 1 {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        return (moved, rest)
    }

    private static func children(of command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        command.configuration.subcommands
    }

    private static func child(
        _ name: String, of command: any ParsableCommand.Type
    ) -> (any ParsableCommand.Type)? {
        children(of: command).first { Self.name($0) == name || $0.configuration.aliases.contains(name) }
    }

    private static func name(_ command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? String(describing: command).lowercased()
    }
}
