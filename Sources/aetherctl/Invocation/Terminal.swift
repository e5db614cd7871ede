import Glibc

/// What is known of the terminal and of the environment's wishes about it.
struct Terminal: Sendable {
    /// Whether results go to a terminal.
    var isOutputTerminal: Bool
    /// Whether errors and progress go to a terminal.
    var isErrorTerminal: Bool
    /// Whether colour is wanted where there is a terminal.
    var allowsColor: Bool
    /// The columns of the terminal that results go to.
    var width: Int?
    /// The socket that the environment names.
    var socketPath: String?
    /// Where the user's programs keep their state.
    var stateDirectory: String?

    /// The process's own; the only place that reads the environment.
    static var current: Terminal {
        let isOutputTerminal = StandardStream.output.isTerminal
        return Terminal(
            isOutputTerminal: isOutputTerminal, isErrorTerminal: StandardStream.error.isTerminal,
            allowsColor: variable("NO_COLOR") == nil && variable("TERM") != "dumb",
            width: isOutputTerminal ? columns(of: .output) : nil, socketPath: variable("AETHEREDGE_SOCKET"),
            stateDirectory: variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" })
    }

    /// A variable of the environment; an empty one counts as absent.
    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    private static func columns(of stream: StandardStream) -> Int? {
        var size = winsize()
        guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
