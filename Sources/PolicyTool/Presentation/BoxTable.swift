/// A table in a box, as `--format pretty` shows rows; an empty header is none.
struct BoxTable {
    let header: [String]
    let rows: [[String]]

    var text: String {
        let lines = (header.isEmpty ? [] : [header]) + rows
        let widths = (lines.first ?? []).indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        func rule(_ left: String, _ middle: String, _ right: String) -> String {
            left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: middle) + right + "\n"
        }
        func line(_ cells: [String], isCentered: Bool) -> String {
            let shown = zip(cells, widths).map { cell, width in
                let space = width - cell.count
                let before = isCentered ? space / 2 : 0
                return " " + String(repeating: " ", count: before) + cell
                    + String(repeating: " ", count: space - before) + " "
            }
            return "│" + shown.joined(separator: "│") + "│\n"
        }
        let heading = header.isEmpty ? "" : line(header, isCentered: true) + rule("├", "┼", "┤")
        return rule("┌", "┬", "┐") + heading
            + rows.map { line($0, isCentered: false) }.joined() + rule("└", "┴", "┘")
    }
}
