import Model

/// Writes a value as YAML that every reader takes for the same value.
///
/// Members are sorted, and texts are quoted where YAML 1.1 or 1.2 would read something else.
struct YAMLText {
    /// The document, with a newline at its end.
    let text: String

    init(_ value: JSONValue) {
        switch value {
        case .object(let members) where !members.isEmpty: text = Self.object(members, indent: 0)
        case .array(let elements) where !elements.isEmpty: text = Self.array(elements, indent: 0)
        default: text = Self.inline(value) + "\n"
        }
    }

    private static func object(_ members: [String: JSONValue], indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return sorted.map { key, value in
            margin + YAMLScalar(key).inline + ":" + after(value, indent: indent, listIndent: indent)
        }.joined()
    }

    private static func array(_ elements: [JSONValue], indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return elements.map { element in
            switch element {
            case .object(let members) where !members.isEmpty:
                // The first line of the element stands behind the dash, which is as wide as its indentation.
                return margin + "- " + object(members, indent: indent + 2).dropFirst(indent + 2)
            case .array(let elements) where !elements.isEmpty:
                return margin + "- " + array(elements, indent: indent + 2).dropFirst(indent + 2)
            default: return margin + "-" + after(element, indent: indent, listIndent: indent)
            }
        }.joined()
    }

    /// What stands behind a key or a dash.
    private static func after(_ value: JSONValue, indent: Int, listIndent: Int) -> String {
        switch value {
        case .object(let members) where !members.isEmpty: return "\n" + object(members, indent: indent + 2)
        case .array(let elements) where !elements.isEmpty: return "\n" + array(elements, indent: listIndent)
        case .string(let string):
            if let block = YAMLScalar(string).block(indent: indent + 2) { return " " + block }
            return " " + YAMLScalar(string).inline + "\n"
        default: return " " + inline(value) + "\n"
        }
    }

    private static func inline(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): number(value)
        case .string(let value): YAMLScalar(value).inline
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// A number with a point, without which YAML 1.1 takes an exponent for text.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        let text = value.description
        guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }
}
