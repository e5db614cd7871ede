import Rego

/// How the result of a query is printed.
public enum PolicyFormat: String, Sendable, CaseIterable {
    /// The whole result as JSON.
    case json
    /// For each row, the values of its expressions as a JSON array.
    case values
    /// For each row, its variables as a JSON object.
    case bindings
    /// For people.
    case pretty
    /// For scripts: values on a line, strings without quotes.
    case raw
    /// As JSON, without the result itself.
    case discard
}

extension PolicyReport {
    /// What is printed on standard output and on standard error.
    public func text(as format: PolicyFormat) -> (output: String, errors: String) {
        switch format {
        case .json: return (node(result: .array(rows.map(Self.node))).text + "\n", "")
        case .discard: return (node(result: .value("discarded")).text + "\n", "")
        case .values, .bindings, .pretty, .raw: break
        }
        let explanation = format == .pretty ? TraceText.text(trace.explanation, dropped: trace.droppedCount) : ""
        guard problems.isEmpty else {
            return (explanation, PolicyProblems(problems, isLoading: false).text + "\n")
        }
        switch format {
        case .values:
            return (rows.map { Self.json(.array(RegoArray($0.expressions.map(\.value)))) }.joined(), "")
        case .bindings: return (rows.map { Self.json(Self.bindings(of: $0)) }.joined(), "")
        case .raw: return (rows.map(Self.rawLine).joined(), "")
        default: return (explanation + prettyText + trace.tables, "")
        }
    }

    private func node(result: ReportNode) -> ReportNode {
        var members: [(key: String, value: ReportNode)] = []
        if !problems.isEmpty { members.append(("errors", .array(problems.map(\.node)))) }
        if !rows.isEmpty { members.append(("result", result)) }
        return .object(members + trace.members)
    }

    private static func node(of row: RegoResults.Row) -> ReportNode {
        let expressions = row.expressions.map { expression in
            let location: [(key: String, value: ReportNode)] = [
                ("row", .value(RegoValue(expression.location.row))),
                ("col", .value(RegoValue(expression.location.column))),
            ]
            return ReportNode.object([
                ("value", .value(expression.value)), ("text", .value(RegoValue(expression.location.text))),
                ("location", .object(location)),
            ])
        }
        var members: [(key: String, value: ReportNode)] = [("expressions", .array(expressions))]
        if !row.bindings.isEmpty { members.append(("bindings", .value(bindings(of: row)))) }
        return .object(members)
    }

    private static func bindings(of row: RegoResults.Row) -> RegoValue {
        .object(RegoObject(row.bindings.map { (key: RegoValue($0.key), value: $0.value) }))
    }

    private static func json(_ value: RegoValue) -> String { value.json(indent: "  ") + "\n" }

    private static func rawLine(_ row: RegoResults.Row) -> String {
        let texts = row.expressions.map { expression in
            if case .string(let string) = expression.value { return string.string }
            return expression.value.json
        }
        return texts.isEmpty ? "" : texts.joined(separator: " ") + "\n"
    }

    /// One value as JSON, or a table of variables and of the expressions that are not only true or false.
    private var prettyText: String {
        guard let first = rows.first else { return "undefined\n" }
        func isBool(_ value: RegoValue) -> Bool {
            if case .bool = value { return true }
            return false
        }
        let values = first.expressions.map(\.value)
        if rows.count == 1, first.bindings.isEmpty, values.count == 1 || values.allSatisfy(isBool) {
            return values.first.map(Self.json) ?? ""
        }
        let names = first.bindings.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let indexes = first.expressions.indices.filter { first.bindings.isEmpty || !isBool(values[$0]) }
        let table = BoxTable(
            header: names + indexes.map { first.expressions[$0].location.text },
            rows: rows.map { row in
                names.map { row.bindings[$0]?.json ?? "" } + indexes.map { row.expressions[$0].value.json }
            })
        return table.text
    }
}
