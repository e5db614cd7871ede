extension Parser {
    /// The statements up to a closing token, which is read too; `endOfFile` for a query.
    mutating func parseQuery(until end: TokenKind) throws(RegoError) -> [Expr] {
        var body: [Expr] = []
        while token.kind == .semicolon, end == .endOfFile { try advance() }
        if token.kind == end, end != .endOfFile { throw failure("found empty body") }
        while true {
            body.append(try parseLiteral())
            if token.kind == end {
                if end != .endOfFile { try advance() }
                return body
            }
            if token.kind == .semicolon {
                try advance()
                if token.kind == end {
                    if end != .endOfFile { try advance() }
                    return body
                }
                continue
            }
            guard isOnNewLine, token.kind != .endOfFile else {
                throw unexpected("expected \\n or ; or \(end == .endOfFile ? "end of query" : end.name)")
            }
        }
    }

    mutating func parseLiteral() throws(RegoError) -> Expr {
        try nested { (parser) throws(RegoError) in try parser.parseLiteralHere() }
    }

    private mutating func parseLiteralHere() throws(RegoError) -> Expr {
        let start = token.span
        if depth <= 1 { bounds.operators = 0 }
        var expression: Expr
        if isKeyword("some") {
            expression = try parseSome()
        } else {
            let isNegated = try acceptKeyword("not")
            if isNegated, isKeyword("every") || isKeyword("some") {
                throw unexpected("illegal negation of '\(token.text)'")
            }
            expression = isKeyword("every") ? try parseEvery() : try parseStatement()
            expression.isNegated = isNegated
        }
        while isKeyword("with") {
            expression.with.append(try parseWith())
        }
        expression.span = start.through(end: previousEnd)
        return expression
    }

    private mutating func parseStatement() throws(RegoError) -> Expr {
        let left = try parseExpression(allowsKeyValue: true)
        let name: String
        switch token.kind {
        case .assign: name = "assign"
        case .unify: name = "eq"
        default: return Expr(kind: .term(left), span: left.span)
        }
        try advance()
        let right = try parseExpression(allowsKeyValue: true)
        let term = Term(.call(.operator(name), [left, right]), left.span.through(end: previousEnd))
        return Expr(kind: .term(term), span: term.span)
    }

    private mutating func parseWith() throws(RegoError) -> WithModifier {
        let start = token.span
        try advance()
        let target = try parseTerm()
        switch target.value {
        case .variable, .ref: break
        default: throw failure("expected path to follow `with`", at: target.span)
        }
        guard try acceptKeyword("as") else { throw unexpected("expected as keyword") }
        let value = try parseExpression()
        return WithModifier(target: target, value: value, span: start.through(end: previousEnd))
    }

    private mutating func parseSome() throws(RegoError) -> Expr {
        let start = token.span
        try advance()
        let savedAfterSome = self
        let first = try parseTerm()
        // `some k, v in xs` and `some x in xs`, where both may be patterns.
        if isKeyword("in") {
            try advance()
            let domain = try parseOperand(minimum: Precedence.relation, allowsKeyValue: false)
            return Expr(kind: .someIn(key: nil, value: first, domain: domain), span: start)
        }
        if token.kind == .comma {
            let saved = self
            try advance()
            if let second = try? parseTerm(), isKeyword("in") {
                try advance()
                let domain = try parseOperand(minimum: Precedence.relation, allowsKeyValue: false)
                return Expr(kind: .someIn(key: first, value: second, domain: domain), span: start)
            }
            self = saved
        }
        self = savedAfterSome
        var names: [Term] = []
        repeat {
            if !names.isEmpty { try advance() }
            guard token.kind == .identifier, !isAnyKeyword() else { throw unexpected("expected var") }
            let term = Term(.variable(token.text), token.span)
            try advance()
            if isAdjacent, token.kind == .dot || token.kind == .leftBracket || token.kind == .leftParen {
                throw unexpected("expected `x in xs` or `x, y in xs` expression")
            }
            names.append(term)
        } while token.kind == .comma
        return Expr(kind: .some(names), span: start)
    }

    private mutating func parseEvery() throws(RegoError) -> Expr {
        let start = token.span
        try advance()
        let first = try parseTerm()
        var key: Term?
        var value = first
        if try accept(.comma) {
            key = first
            value = try parseTerm()
        }
        for name in [key, value] {
            guard let name else { continue }
            guard case .variable = name.value else {
                throw failure("unexpected \(Self.kindName(name)), expected var", at: name.span)
            }
        }
        guard try acceptKeyword("in") else { throw unexpected("expected `x[, y] in xs { ... }` expression") }
        let domain = try parseOperand(minimum: Precedence.relation, allowsKeyValue: false)
        try expect(.leftBrace, "missing body")
        let body = try parseQuery(until: .rightBrace)
        return Expr(kind: .every(key: key, value: value, domain: domain, body: body), span: start)
    }
}
