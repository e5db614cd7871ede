/// What a METADATA comment says of a rule, a document or a package.
struct Annotation: Sendable {
    /// `rule`, `document`, `package` or `subpackages`.
    var scope: String
    /// The annotation as `rego.metadata` gives it.
    var value: RegoObject
    var span: Span
    /// The rule it stands before, by its index; nil for the package.
    var rule: Int?
}

/// A statement that annotations may stand before.
enum AnnotatedNode: Sendable {
    case package(Span)
    case `import`(Span)
    case rule(Span, Int)

    var span: Span {
        switch self {
        case .package(let span), .import(let span), .rule(let span, _): span
        }
    }
}
