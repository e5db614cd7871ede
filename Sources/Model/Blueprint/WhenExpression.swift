/// A condition as a document has it: an expression of Rego, and where it stands.
public struct WhenExpression: Sendable, Hashable {
    /// The longest expression in bytes.
    public static let maximumBytes = 16_384

    /// The expression.
    public var text: String
    /// Where the scalar stands that holds it.
    public var position: SourcePosition

    /// Makes a condition.
    public init(text: String, position: SourcePosition) {
        self.text = text
        self.position = position
    }

    /// What is wrong with a text before it is read as Rego, as the end of a sentence; nil when nothing is.
    static func problem(with text: String) -> String? {
        if text.utf8.count > maximumBytes {
            return "has \(text.utf8.count) bytes; a condition has at most \(maximumBytes)"
        }
        return text.allSatisfy(\.isWhitespace) ? "is empty; write an expression of Rego, or leave 'when' out" : nil
    }
}
