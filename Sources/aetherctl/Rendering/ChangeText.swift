import Model

/// A change of a plan, for people.
enum ChangeText {
    static func lines(_ change: Change, style: Style, isVerbose: Bool = false) -> [String] {
        var lines = [heading(change, style)]
        for field in change.fields {
            lines.append("    \(field.field.onOneLine): \(value(field.observed)) -> \(value(field.declared))")
        }
        if let actor = change.actor { lines.append("    caused by: \(ActorText.text(actor))") }
        if let diff = change.contentDiff { lines += DiffText.lines(diff, style: style, margin: "    ") }
        if isVerbose {
            lines.append("    before: \(change.before)")
            lines.append("    after: \(change.after)")
            for dependency in change.dependencies {
                lines.append("    comes after: \(dependency.description.onOneLine)")
            }
        }
        return lines
    }

    /// The differences on one line.
    static func summary(_ change: Change) -> String {
        let fields = change.fields.map { "\($0.field) \(value($0.observed)) -> \(value($0.declared))" }
        return fields.isEmpty ? change.action.rawValue : "\(change.action.rawValue): \(fields.joined(separator: ", "))"
    }

    private static func heading(_ change: Change, _ style: Style) -> String {
        let sign: String
        switch change.action {
        case .create: sign = style.green("+")
        case .remove: sign = style.red("-")
        case .update, .replace: sign = style.yellow("~")
        case .restart, .reload: sign = style.cyan("*")
        }
        let undo =
            switch change.undo {
            case .exact: "undo exact"
            case .compensating: "undo compensating"
            case .none: style.red("no undo")
            }
        return "\(sign) \(style.bold(change.resource.description.onOneLine))  \(change.action.rawValue)  risk "
            + "\(style.state(change.risk.rawValue))  \(undo)" + (change.cause.map { "  cause \($0.rawValue)" } ?? "")
    }

    private static func value(_ text: String?) -> String {
        guard let text else { return "(absent)" }
        return text.isEmpty ? "(empty)" : text.onOneLine
    }
}
