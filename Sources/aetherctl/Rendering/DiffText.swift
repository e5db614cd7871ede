/// A unified diff with the colours that people know.
enum DiffText {
    static func lines(_ diff: String, style: Style, margin: String) -> [String] {
        var lines = diff.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line in
            let shown = line.onLines
            if line.hasPrefix("+++") || line.hasPrefix("---") { return margin + style.bold(shown) }
            if line.hasPrefix("@@") { return margin + style.cyan(shown) }
            if line.hasPrefix("+") { return margin + style.green(shown) }
            if line.hasPrefix("-") { return margin + style.red(shown) }
            return margin + shown
        }
    }
}
