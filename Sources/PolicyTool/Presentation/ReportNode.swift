import Rego

/// JSON whose members stand in the order they are given, over values of the language.
enum ReportNode {
    case object([(key: String, value: ReportNode)])
    case array([ReportNode])
    case value(RegoValue)

    /// The text over several lines, as Go's encoder indents it.
    var text: String {
        var output = ""
        write(to: &output, prefix: "")
        return output
    }

    private func write(to output: inout String, prefix: String) {
        let inner = prefix + "  "
        switch self {
        case .object(let members):
            guard !members.isEmpty else { return output += "{}" }
            output += "{"
            for (index, member) in members.enumerated() {
                output += (index > 0 ? "," : "") + "\n" + inner + RegoValue(member.key).json + ": "
                member.value.write(to: &output, prefix: inner)
            }
            output += "\n" + prefix + "}"
        case .array(let elements):
            guard !elements.isEmpty else { return output += "[]" }
            output += "["
            for (index, element) in elements.enumerated() {
                output += (index > 0 ? "," : "") + "\n" + inner
                element.write(to: &output, prefix: inner)
            }
            output += "\n" + prefix + "]"
        case .value(let value):
            // A line break in the text of a value is one of its layout: within strings it is escaped.
            let lines = value.json(indent: "  ").split(separator: "\n", omittingEmptySubsequences: false)
            output += lines.joined(separator: "\n" + prefix)
        }
    }
}

extension PolicyProblem {
    var node: ReportNode {
        var members: [(key: String, value: ReportNode)] = [("message", .value(RegoValue(message)))]
        if let code { members.append(("code", .value(RegoValue(code)))) }
        if let location {
            let place: [(key: String, value: ReportNode)] = [
                ("file", .value(RegoValue(location.file))), ("row", .value(RegoValue(location.row))),
                ("col", .value(RegoValue(location.column))),
            ]
            members.append(("location", .object(place)))
        }
        return .object(members)
    }
}

extension PolicyProblems {
    /// The problems as `--format json` prints them.
    public var json: String { ReportNode.object([("errors", .array(problems.map(\.node)))]).text + "\n" }
}
