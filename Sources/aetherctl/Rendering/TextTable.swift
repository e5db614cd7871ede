/// Rows in aligned columns, the way `kubectl` prints them.
struct TextTable: Sendable {
    private static let gap = "  "
    /// The narrowest that the last column is cut to.
    private static let leastWidth = 8
    /// The narrowest columns of a table that goes on: most words fit, so that later rows stand in line.
    static let streamWidth = 10

    var headings: [String]
    var rows: [[String]]

    /// Makes a table; a row has a cell for each heading.
    init(_ headings: [String], rows: [[String]] = []) {
        self.headings = headings
        self.rows = rows
    }

    /// The lines.
    ///
    /// With a width, the last column is cut to it; without one nothing is ever cut.
    func text(width: Int? = nil, style: Style = .plain) -> String {
        var widths: [Int] = []
        widen(&widths)
        return text(widths: widths, lineWidth: width, showsHeadings: true, style: style)
    }

    /// Widens columns, which a table printed before may have had, to what this one needs.
    func widen(_ widths: inout [Int], least: Int = 0) {
        if widths.isEmpty { widths = headings.map { max(least, $0.displayWidth) } }
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.onOneLine.displayWidth) }
        }
    }

    /// The lines in columns of given widths.
    func text(widths: [Int], lineWidth: Int? = nil, showsHeadings: Bool, style: Style) -> String {
        let before = widths.dropLast().reduce(0) { $0 + $1 + Self.gap.count }
        let lastWidth = lineWidth.map { max(Self.leastWidth, $0 - before) }
        var lines: [String] = []
        lines.reserveCapacity(rows.count + 1)
        if showsHeadings { lines.append(line(headings, widths, lastWidth) { _, cell in style.bold(cell) }) }
        for row in rows {
            lines.append(line(row, widths, lastWidth) { column, cell in column == 0 ? cell : style.state(cell) })
        }
        return lines.joined(separator: "\n")
    }

    private func line(
        _ row: [String], _ widths: [Int], _ lastWidth: Int?, paint: (Int, String) -> String
    ) -> String {
        var line = ""
        var space = ""
        for (column, cell) in row.enumerated() {
            var shown = cell.onOneLine
            if column == headings.count - 1, let lastWidth { shown = shown.truncated(to: lastWidth) }
            if !shown.isEmpty {
                line += space + paint(column, shown)
                space = ""
            }
            space += String(repeating: " ", count: max(0, widths[column] - shown.displayWidth)) + Self.gap
        }
        return line
    }
}
