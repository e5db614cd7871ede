/// Something in a value that does not fit its schema.
public struct SchemaFinding: Sendable, Hashable {
    /// The field.
    public let path: FieldPath
    /// The line, from 1; 0 for a value that came from no text.
    public let line: Int
    /// The column, from 1; 0 for a value that came from no text.
    public let column: Int
    /// What is wrong, and what was probably meant.
    public let message: String

    /// The finding in a file.
    public func diagnostic(in file: String) -> CompileDiagnostic {
        CompileDiagnostic(position: SourcePosition(file: file, line: line, column: column), message: message)
    }

    /// The finding in an answer of the API.
    public var cause: APIStatus.Cause {
        APIStatus.Cause(reason: "FieldValueInvalid", message: message, field: path.description)
    }
}
