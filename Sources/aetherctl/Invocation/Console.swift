import ControlClient
import LinuxIO
import Model

/// What a command works with: the client, and where and how its results are shown.
struct Console: Sendable {
    /// Takes the bytes for a stream.
    typealias Sink = @Sendable (StandardStream, [UInt8]) throws -> Void

    /// How results are coloured.
    let style: Style
    /// What is known of the terminal.
    let terminal: Terminal
    /// Whether more is told.
    let isVerbose: Bool
    /// The time from which ages count.
    let now: WallTime
    /// The control socket.
    let socketPath: String
    private let sink: Sink

    init(_ options: GlobalOptions, terminal: Terminal, sink: @escaping Sink) {
        self.terminal = terminal
        self.sink = sink
        isVerbose = options.verbose
        style = Style(isColored: terminal.isOutputTerminal && terminal.allowsColor && !options.noColor)
        socketPath = options.socket ?? terminal.socketPath ?? APIClient.defaultSocketPath
        now = Self.wallTime()
    }

    /// The time of day.
    static func wallTime() -> WallTime {
        let time = wallClockNow()
        return WallTime(nanoseconds: time.seconds * 1_000_000_000 + Int64(time.nanoseconds))
    }

    /// Makes a client of the daemon.
    func client() throws(ControlClientError) -> APIClient { try APIClient(socketPath: socketPath) }

    /// Prints a result; its last line is ended.
    func write(_ text: String) throws {
        guard !text.isEmpty else { return }
        try sink(.output, Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }

    /// Prints a result's bytes as they are.
    func write(bytes: [UInt8]) throws { try sink(.output, bytes) }

    /// Tells something that is no result, on standard error.
    func note(_ line: String) throws { try sink(.error, Array((line.onOneLine + "\n").utf8)) }

    /// Writes to standard error as it is, for progress.
    func progress(_ text: String) throws { try sink(.error, Array(text.utf8)) }

    /// Prints data in a format; `text` makes the one for people.
    func show(_ value: some Encodable, as format: OutputFormat, text: () throws -> String) throws {
        try show(json: JSONValue(encoding: value), as: format, text: text)
    }

    /// Prints data in a format; `text` makes the one for people.
    func show(json: @autoclosure () throws -> JSONValue, as format: OutputFormat, text: () throws -> String) throws {
        switch format {
        case .table, .wide: try write(try text())
        case .json: try write(try json().withoutManagers.prettyText)
        case .yaml: try write(YAMLText(try json().withoutManagers).text)
        }
    }

    /// Prints a table.
    func show(_ table: TextTable, wide: Bool = false) throws {
        try write(table.text(width: wide ? nil : terminal.width, style: style))
    }
}

extension JSONValue {
    /// An object, or a list of objects, without the account of who set which fields: it is long, and for machines.
    var withoutManagers: JSONValue {
        guard case .object(var members) = self else { return self }
        if case .object(var metadata) = members["metadata"] {
            metadata["managedFields"] = nil
            members["metadata"] = .object(metadata)
        }
        if case .array(let items) = members["items"] { members["items"] = .array(items.map(\.withoutManagers)) }
        return .object(members)
    }
}
