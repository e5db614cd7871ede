/// What happens during a long wait: one line that changes on a terminal, a line for each change elsewhere.
struct ProgressLine {
    private let console: Console
    private var shown = ""

    init(_ console: Console) { self.console = console }

    /// Shows what happens now.
    mutating func show(_ text: String) throws {
        guard text != shown else { return }
        shown = text
        if console.terminal.isErrorTerminal {
            let line = text.onOneLine.truncated(to: (console.terminal.width ?? 80) - 1)
            try console.progress("\r\u{1B}[2K\(line)")
        } else {
            try console.note(text)
        }
    }

    /// Takes the line away, so that a result stands in its place.
    mutating func clear() throws {
        guard !shown.isEmpty, console.terminal.isErrorTerminal else { return }
        shown = ""
        try console.progress("\r\u{1B}[2K")
    }
}
