/// A parsed module: one file of Rego.
public struct RegoModule: Sendable {
    let source: SourceText
    var package: PackageDeclaration
    var imports: [ImportDeclaration] = []
    var rules: [Rule] = []
    var comments: [Comment] = []
    var annotations: [Annotation] = []
    /// Which version of the language it is written in, with the imports taken into account.
    var version: RegoVersion

    /// The path of the package, `data` first.
    public var packagePath: [String] { ["data"] + package.path }

    /// The name of the file.
    public var name: String { source.name }
}

/// A version of the language.
public enum RegoVersion: Sendable {
    /// Before OPA 1.0: `if` and `contains` are not needed.
    case v0
    /// OPA 1.0 and later.
    case v1
}

/// The package of a module: `package a.b.c`.
struct PackageDeclaration: Sendable {
    /// The names without `data`.
    var path: [String]
    var terms: [Term]
    var span: Span
}

/// An import: `import data.a.b as c`.
struct ImportDeclaration: Sendable {
    var path: [Term]
    var alias: String?
    var span: Span

    var names: [String] { Reference(terms: path).names }

    /// The name under which the module uses it.
    var name: String {
        if let alias { return alias }
        switch path.last?.value {
        case .string(let name): return name
        case .variable(let name): return name
        default: return ""
        }
    }
}

/// One rule, with its `else` branches.
struct Rule: Sendable {
    var isDefault: Bool
    var head: RuleHead
    var body: [Expr]
    /// Whether the body was written; a fact has the body `true`.
    var hasBody: Bool
    var elseBranches: [ElseBranch] = []
    var span: Span
    /// The indexes of the annotations that stand before it.
    var annotations: [Int] = []
}

/// What a rule defines.
struct RuleHead: Sendable {
    /// The name as a reference without the package: `a.b[x]`.
    var terms: [Term]
    var arguments: [Term]?
    /// The member that `contains` adds.
    var key: Term?
    var value: Term
    var hasValue: Bool
    var isAssigned: Bool
    var span: Span
}

/// A branch: `else := value if { body }`.
struct ElseBranch: Sendable {
    var value: Term
    var body: [Expr]
    var span: Span
}

/// One line of comment.
struct Comment: Sendable {
    /// The text behind the number sign.
    var text: String
    var span: Span
}
