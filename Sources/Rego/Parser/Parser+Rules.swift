extension Parser {
    /// The rules that one statement defines: one, or one for each body in version 0.
    mutating func parseRules() throws(RegoError) -> [Rule] {
        let start = token.span
        bounds.operators = 0
        let isDefault = try acceptKeyword("default")
        let head = try parseHead(isDefault: isDefault, start: start)
        var rule = Rule(isDefault: isDefault, head: head, body: [], hasBody: false, span: start)
        if isDefault {
            guard head.hasValue else { throw unexpected("default rule must have a value") }
            guard !isKeyword("if"), token.kind != .leftBrace || isOnNewLine else {
                throw unexpected("expected else keyword or newline: a default rule has no body")
            }
            try checkDefault(head, start: start)
            rule.body = [Self.trueBody(head.span)]
            rule.span = start.through(end: previousEnd)
            return [rule]
        }
        let hasIf = isKeyword("if")
        try parseBody(of: &rule)
        if rule.hasBody, !hasIf, version == .v1 {
            throw failure("`if` keyword is required before rule body", at: start)
        }
        if version == .v0, !hasIf { usePartialSetForm(&rule) }
        try checkHead(rule, start: start)
        if isKeyword("else") { try parseElse(into: &rule) }
        rule.span = start.through(end: previousEnd)
        var rules = [rule]
        // Version 0: more bodies behind the first define the rule again.
        while rule.elseBranches.isEmpty, rule.hasBody, !hasIf, token.kind == .leftBrace {
            guard version == .v0 else { throw failure("`if` keyword is required before rule body") }
            var next = rule
            let bodyStart = token.span
            try advance()
            next.body = try parseQuery(until: .rightBrace)
            next.span = bodyStart.through(end: previousEnd)
            rules.append(next)
        }
        return rules
    }

    /// A default is known without evaluation, but for what comprehensions do, and its arguments are different names.
    private func checkDefault(_ head: RuleHead, start: Span) throws(RegoError) {
        if let kind = head.value.kindNeedingEvaluation {
            throw failure("illegal default rule (value cannot contain \(kind))", at: start)
        }
        var names: Set<String> = []
        for argument in head.arguments ?? [] {
            guard case .variable(let name) = argument.value else {
                let kind = Self.kindName(argument)
                throw failure("illegal default rule (arguments cannot contain \(kind))", at: start)
            }
            guard name == "_" || names.insert(name).inserted else {
                throw failure("illegal default rule (arguments cannot be repeated \(name))", at: start)
            }
        }
    }

    static func trueBody(_ span: Span) -> Expr {
        Expr(kind: .term(Term(.bool(true), span)), span: span)
    }

    private mutating func parseBody(of rule: inout Rule) throws(RegoError) {
        if try acceptKeyword("if") {
            rule.hasBody = true
            if token.kind == .leftBrace {
                // A literal that is no set is the one expression; else the braces are those of the body.
                let saved = self
                if let literal = try? parseLiteral(), isStatementEnd, !literal.isLoneSet {
                    rule.body = [literal]
                    return
                }
                guard !bounds.isExceeded else { throw failure("the rule goes too deep or has too many alternatives") }
                self = saved
                do throws(RegoError) {
                    try advance()
                    rule.body = try parseQuery(until: .rightBrace)
                    guard isStatementEnd else { throw unexpected("expected newline") }
                } catch {
                    let furthest = error
                    guard !bounds.isExceeded else { throw furthest }
                    self = saved
                    guard let literal = try? parseLiteral(), isStatementEnd else { throw furthest }
                    rule.body = [literal]
                }
            } else {
                rule.body = [try parseLiteral()]
            }
        } else if token.kind == .leftBrace, version == .v0 || !isOnNewLine {
            rule.hasBody = true
            try advance()
            rule.body = try parseQuery(until: .rightBrace)
        } else {
            rule.body = [Self.trueBody(rule.head.span)]
        }
    }

    /// Whether a rule may end here: at a new line, at the end, or before `else` or another body.
    private var isStatementEnd: Bool {
        token.kind == .endOfFile || isOnNewLine || isKeyword("else") || token.kind == .leftBrace
            || token.kind == .semicolon
    }

    /// `p[x] { … }` of version 0 is a partial set.
    private func usePartialSetForm(_ rule: inout Rule) {
        guard !rule.head.hasValue, rule.head.key == nil, rule.head.arguments == nil, rule.head.terms.count == 2 else {
            return
        }
        rule.head.key = rule.head.terms.removeLast()
    }

    private func checkHead(_ rule: Rule, start: Span) throws(RegoError) {
        let head = rule.head
        guard !head.hasValue, head.key == nil, head.arguments == nil, !rule.hasBody else { return }
        if head.terms.count == 1 {
            throw failure("var cannot be used for rule name", at: start)
        }
        if version == .v1 {
            throw failure(
                "`contains` keyword is required for partial set rules", at: start)
        }
    }

    private mutating func parseHead(isDefault: Bool, start: Span) throws(RegoError) -> RuleHead {
        guard token.kind == .identifier, !isAnyKeyword() else { throw unexpected(Self.ruleHint(isDefault)) }
        let term = try parseTerm()
        var terms: [Term]
        var arguments: [Term]?
        switch term.value {
        case .variable: terms = [term]
        case .ref(let reference): terms = reference.terms
        case .call(.named(let name), let list):
            arguments = list
            if case .ref(let reference) = name.value { terms = reference.terms } else { terms = [name] }
        default:
            throw failure("\(Self.kindName(term)) cannot be used for rule name", at: start)
        }
        guard case .variable = terms[0].value else { throw failure("rule name must be a reference", at: start) }
        var head = RuleHead(
            terms: terms, arguments: arguments, key: nil, value: Term(.bool(true), term.span), hasValue: false,
            isAssigned: false, span: term.span)
        if isKeyword("contains") {
            try advance()
            if arguments != nil {
                let form = "p contains <VALUE> { ... }"
                throw failure(
                    "the contains keyword can only be used with multi-value rule definitions (e.g., \(form))",
                    at: start)
            }
            head.key = try parseExpression()
        } else if token.kind == .assign || token.kind == .unify {
            head.isAssigned = token.kind == .assign
            head.hasValue = true
            try advance()
            head.value = try parseExpression()
        }
        head.span = start.through(end: previousEnd)
        return head
    }

    private static func ruleHint(_ isDefault: Bool) -> String {
        isDefault ? "expected default rule head" : "expected rule head"
    }

    static func kindName(_ term: Term) -> String {
        switch term.value {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .variable: "var"
        case .ref: "ref"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        case .arrayComprehension: "arraycomprehension"
        case .setComprehension: "setcomprehension"
        case .objectComprehension: "objectcomprehension"
        case .call: "call"
        case .template: "templatestring"
        }
    }

    private mutating func parseElse(into rule: inout Rule) throws(RegoError) {
        if rule.head.key != nil {
            throw failure("else keyword cannot be used on multi-value rules")
        }
        while isKeyword("else") {
            let start = token.span
            try advance()
            var value = Term(.bool(true), start)
            var hasValue = false
            if token.kind == .assign || token.kind == .unify {
                try advance()
                value = try parseExpression()
                hasValue = true
            }
            let hasIf = isKeyword("if")
            var branch = Rule(isDefault: false, head: rule.head, body: [], hasBody: false, span: start)
            branch.head.span = start
            try parseBody(of: &branch)
            if branch.hasBody, !hasIf, version == .v1 {
                throw failure("`if` keyword is required before rule body", at: start)
            }
            guard hasValue || branch.hasBody else {
                throw unexpected("expected else value term or rule body")
            }
            let span = start.through(end: previousEnd)
            rule.elseBranches.append(ElseBranch(value: value, body: branch.body, span: span))
        }
    }
}
