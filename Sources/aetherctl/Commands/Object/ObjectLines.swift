import Model

/// Objects as rows.
enum ObjectLines {
    /// The table of some objects: the columns of their kind.
    static func table(
        _ objects: [APIObject], of descriptor: KindDescriptor, isWide: Bool, now: WallTime
    ) -> TextTable {
        let table = ObjectTable(of: objects, descriptor: descriptor, now: now)
        let shown = table.columns.indices.filter { isWide || table.columns[$0].priority == 0 }
        return TextTable(
            shown.map { table.columns[$0].name.uppercased() },
            rows: table.rows.map { row in
                shown.map { column in
                    let text = text(row.cells[column])
                    return isWide || table.columns[column].name != "COMMIT" ? text : CommitText.short(text)
                }
            })
    }

    /// A cell's text.
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: value.canonicalText
        }
    }

    /// Some objects as a list, in the shape of Kubernetes.
    static func list(_ objects: [APIObject]) throws -> JSONValue {
        .object([
            "apiVersion": .string(apiVersionName), "kind": "List", "metadata": .object([:]),
            "items": .array(try objects.map { try $0.json }),
        ])
    }
}
