extension RegoModule {
    /// The lines where a rule, a branch of one or an expression begins, in order: what an evaluation can cover.
    ///
    /// Declarations (`some`) do nothing by themselves and are left out, as in OPA.
    public var coverableLines: [Int] {
        var walk = LineWalk()
        for rule in rules { walk.visit(rule) }
        return walk.lines.sorted()
    }
}

/// Collects the lines of rules and expressions.
private struct LineWalk {
    var lines: Set<Int> = []

    mutating func visit(_ rule: Rule) {
        insert(rule.span)
        for term in rule.head.terms + (rule.head.arguments ?? []) { visit(term) }
        if let key = rule.head.key { visit(key) }
        visit(rule.head.value)
        if rule.hasBody { visit(rule.body) }
        for branch in rule.elseBranches {
            insert(branch.span)
            visit(branch.value)
            visit(branch.body)
        }
    }

    private mutating func visit(_ body: [Expr]) {
        for expression in body { visit(expression) }
    }

    private mutating func visit(_ expression: Expr) {
        switch expression.kind {
        case .some: return
        case .someIn(let key, let value, let domain):
            if let key { visit(key) }
            visit(value)
            visit(domain)
        case .term(let term):
            insert(expression.span)
            visit(term)
        case .every(_, _, let domain, let body):
            insert(expression.span)
            visit(domain)
            visit(body)
        }
        for modifier in expression.with { visit(modifier.value) }
    }

    private mutating func visit(_ term: Term) {
        guard StackBounds.hasRoom else { return }
        switch term.value {
        case .null, .bool, .number, .string, .variable: break
        case .ref(let reference): for part in reference.terms { visit(part) }
        case .array(let terms), .set(let terms): for part in terms { visit(part) }
        case .object(let items):
            for item in items {
                visit(item.key)
                visit(item.value)
            }
        case .arrayComprehension(let value, let body), .setComprehension(let value, let body):
            visit(value)
            visit(body)
        case .objectComprehension(let key, let value, let body):
            visit(key)
            visit(value)
            visit(body)
        case .call(_, let arguments): for argument in arguments { visit(argument) }
        case .template(let parts, _):
            for case .expression(let expression) in parts { visit(expression) }
        }
    }

    private mutating func insert(_ span: Span) {
        if span.row > 0 { lines.insert(Int(span.row)) }
    }
}
