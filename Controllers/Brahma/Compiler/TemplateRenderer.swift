import Model
import Mustache

/// Renders Mustache templates with the parameters of a blueprint, as plain text: nothing is escaped.
enum TemplateRenderer {
    /// Renders a template; throws a diagnostic at its line when it does not parse or names a parameter that is not
    /// declared.
    static func render(_ bytes: [UInt8], file: String, parameters: [String: JSONValue]) throws(TemplateFailure)
        -> [UInt8]
    {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TemplateFailure(SourcePosition(file: file, line: 1, column: 1), "the template is not valid UTF-8")
        }
        if let unknown = TemplateTags.unknownParameter(in: text, known: Set(parameters.keys)) {
            let near = Suggestion.clause(for: unknown.name, among: parameters.keys.sorted())
            throw TemplateFailure(
                SourcePosition(file: file, line: unknown.line, column: unknown.column),
                "the parameter '\(unknown.name)' is not declared\(near)")
        }
        do {
            // A tag that is alone on its line takes the line with it: it must not take an empty first line of the
            // template.
            let pragma = text.hasPrefix("\n") ? "{{% CONTENT_TYPE: TEXT}}\n" : "{{% CONTENT_TYPE: TEXT}}"
            let template = try MustacheTemplate(string: pragma + text)
            return Array(template.render(value(.object(parameters))).utf8)
        } catch let error as MustacheTemplate.ParserError {
            let column =
                error.context.lineNumber == 1 ? max(1, error.context.columnNumber - 24) : error.context.columnNumber
            throw TemplateFailure(
                SourcePosition(file: file, line: error.context.lineNumber, column: column),
                "the template does not parse: \(error.error)")
        } catch {
            throw TemplateFailure(
                SourcePosition(file: file, line: 1, column: 1), "the template does not parse: \(error)")
        }
    }

    /// A value as Mustache looks into it.
    ///
    /// Whole numbers print without a fraction.
    private static func value(_ value: JSONValue) -> Any {
        switch value {
        case .null: ""
        case .bool(let bool): bool
        case .integer(let integer): integer
        case .number(let number): number
        case .string(let string): string
        case .array(let elements): elements.map(Self.value)
        case .object(let members): members.mapValues(Self.value)
        }
    }
}

/// A template that cannot be rendered, and where.
struct TemplateFailure: Error {
    let diagnostic: CompileDiagnostic

    init(_ position: SourcePosition, _ message: String) {
        diagnostic = CompileDiagnostic(position: position, message: message)
    }
}
