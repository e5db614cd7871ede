/// A node that stands for a value.
struct Term: Sendable {
    var value: TermValue
    var span: Span

    init(_ value: TermValue, _ span: Span = .none) {
        self.value = value
        self.span = span
    }
}

/// What a term is.
indirect enum TermValue: Sendable {
    case null
    case bool(Bool)
    case number(RegoNumber)
    case string(String)
    case variable(String)
    case ref(Reference)
    case array([Term])
    case object([ObjectItem])
    case set([Term])
    case arrayComprehension(Term, [Expr])
    case setComprehension(Term, [Expr])
    case objectComprehension(key: Term, value: Term, [Expr])
    case call(CallTarget, [Term])
    case template([TemplatePart], isRaw: Bool)
}

/// One key with its value.
struct ObjectItem: Sendable {
    var key: Term
    var value: Term
}

/// A head and what is looked up in it, one term after the other: `a.b[x]` has three terms.
struct Reference: Sendable {
    var terms: [Term]

    /// The constant strings that the reference starts with, the head as a name.
    var names: [String] {
        var names: [String] = []
        for (index, term) in terms.enumerated() {
            switch term.value {
            case .variable(let name) where index == 0: names.append(name)
            case .string(let name) where index > 0: names.append(name)
            default: return names
            }
        }
        return names
    }

    /// Whether every term behind the head is a constant string.
    var isConstantPath: Bool { names.count == terms.count }
}

/// What is called.
enum CallTarget: Sendable {
    /// An operator; its built-in function is named here, and no rule can shadow it.
    case `operator`(String)
    case named(Term)
}

/// A piece of an interpolated string.
enum TemplatePart: Sendable {
    case text(String)
    case expression(Expr)
}

/// One statement of a body.
struct Expr: Sendable {
    var kind: ExprKind
    var isNegated = false
    var with: [WithModifier] = []
    var span: Span
}

/// What a statement is.
indirect enum ExprKind: Sendable {
    case term(Term)
    /// `some x, y`
    case some([Term])
    /// `some k, v in domain`
    case someIn(key: Term?, value: Term, domain: Term)
    case every(key: Term?, value: Term, domain: Term, body: [Expr])
}

/// A modifier: `with target as value`.
struct WithModifier: Sendable {
    var target: Term
    var value: Term
    var span: Span
}
