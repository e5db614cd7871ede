/// Finds tags of a Mustache template.
///
/// Mustache renders an unknown name as nothing; for a file of configuration that is a mistake that nobody notices, so
/// names outside of sections must be declared.
enum TemplateTags {
    /// A name that no parameter has, and where it stands.
    struct Unknown: Hashable {
        var name: String
        var line: Int
        var column: Int
    }

    /// The first variable outside of any section whose first component is not known.
    static func unknownParameter(in text: String, known: Set<String>) -> Unknown? {
        var depth = 0
        var line = 1
        var lineStart = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == "\n" {
                line += 1
                lineStart = text.index(after: index)
            }
            guard text[index...].hasPrefix("{{") else {
                index = text.index(after: index)
                continue
            }
            let column = text.distance(from: lineStart, to: index) + 1
            let start = text.index(index, offsetBy: 2)
            guard let end = closing(in: text, from: start) else { return nil }
            let body = text[start..<end]
            switch body.first {
            case "#", "^", "$", "<": depth += 1
            case "/": depth -= 1
            case "!", ">", "=", "%": break
            default:
                let name = firstComponent(of: body)
                if depth == 0, !name.isEmpty, !known.contains(name) {
                    return Unknown(name: name, line: line, column: column)
                }
            }
            let skipped = text[index..<end]
            line += skipped.count { $0 == "\n" }
            if let last = skipped.lastIndex(of: "\n") { lineStart = text.index(after: last) }
            index = end
        }
        return nil
    }

    private static func closing(in text: String, from start: String.Index) -> String.Index? {
        var index = start
        while index < text.endIndex {
            if text[index...].hasPrefix("}}") { return index }
            index = text.index(after: index)
        }
        return nil
    }

    /// `{name`, `& name` and `name.part` all name `name`; `.` is the value itself.
    private static func firstComponent(of body: Substring) -> String {
        var rest = body
        while let first = rest.first, first == "{" || first == "&" || first == " " || first == "\t" {
            rest = rest.dropFirst()
        }
        let name = rest.prefix { $0 != "." && $0 != "}" && $0 != " " && $0 != "(" && $0 != "\t" }
        return String(name)
    }
}
