extension Parser {
    mutating func parseArray() throws(RegoError) -> Term {
        let start = token.span
        try advance()
        if try accept(.rightBracket) { return Term(.array([]), start.through(end: previousEnd)) }
        var first = try parseOperand(minimum: Precedence.and, allowsKeyValue: false)
        if token.kind == .or, let body = try parseComprehensionBody(until: .rightBracket) {
            return Term(.arrayComprehension(first, body), start.through(end: previousEnd))
        }
        first = try parseInfix(first, minimum: Precedence.membership, allowsKeyValue: false)
        let rest = try parseRest(until: .rightBracket, message: "non-terminated array")
        return Term(.array([first] + rest), start.through(end: previousEnd))
    }

    /// An object, a set or a comprehension of either.
    mutating func parseBraces() throws(RegoError) -> Term {
        let start = token.span
        try advance()
        if try accept(.rightBrace) { return Term(.object([]), start.through(end: previousEnd)) }
        var first = try parseOperand(minimum: Precedence.and, allowsKeyValue: false)
        if token.kind == .or, let body = try parseComprehensionBody(until: .rightBrace) {
            return Term(.setComprehension(first, body), start.through(end: previousEnd))
        }
        first = try parseInfix(first, minimum: Precedence.membership, allowsKeyValue: false)
        if try accept(.colon) { return try parseObject(from: first, start: start) }
        let rest = try parseRest(until: .rightBrace, message: "non-terminated set")
        return Term(.set([first] + rest), start.through(end: previousEnd))
    }

    private mutating func parseObject(from key: Term, start: Span) throws(RegoError) -> Term {
        var value = try parseOperand(minimum: Precedence.and, allowsKeyValue: false)
        if token.kind == .or, let body = try parseComprehensionBody(until: .rightBrace) {
            return Term(.objectComprehension(key: key, value: value, body), start.through(end: previousEnd))
        }
        value = try parseInfix(value, minimum: Precedence.membership, allowsKeyValue: false)
        var items = [ObjectItem(key: key, value: value)]
        while token.kind != .rightBrace {
            try expect(.comma, "non-terminated object")
            if token.kind == .rightBrace { break }
            let next = try parseExpression()
            try expect(.colon, "non-terminated object")
            items.append(ObjectItem(key: next, value: try parseExpression()))
        }
        try advance()
        return Term(.object(items), start.through(end: previousEnd))
    }

    /// The elements behind the first one.
    private mutating func parseRest(until end: TokenKind, message: String) throws(RegoError) -> [Term] {
        guard token.kind != end else {
            try advance()
            return []
        }
        guard token.kind == .comma else { throw unexpected(message) }
        try advance()
        var terms: [Term] = []
        while token.kind != end {
            terms.append(try parseExpression())
            guard token.kind != end else { break }
            try expect(.comma, message)
        }
        try advance()
        return terms
    }

    /// The body behind a vertical bar, or nil when the bar is an operator.
    private mutating func parseComprehensionBody(until end: TokenKind) throws(RegoError) -> [Expr]? {
        let bar = token.span.start
        guard !bounds.operatorBars.contains(bar) else { return nil }
        let saved = self
        try advance()
        do throws(RegoError) {
            return try parseQuery(until: end)
        } catch {
            guard !bounds.isExceeded else { throw error }
            bounds.operatorBars.insert(bar)
            // Only where the bar can be an operator is the text read as one; else the error of the body stands.
            var attempt = saved
            do throws(RegoError) {
                try attempt.advance()
                _ = try attempt.parseOperand(minimum: Precedence.and, allowsKeyValue: false)
            } catch _ {
                throw error
            }
            switch attempt.token.kind {
            case .comma, .colon, .or, end: break
            default: throw error
            }
            self = saved
            return nil
        }
    }

    mutating func parseTemplate() throws(RegoError) -> Term {
        try nested { (parser) throws(RegoError) in try parser.parseTemplateHere() }
    }

    private mutating func parseTemplateHere() throws(RegoError) -> Term {
        let start = token.span
        let isRaw = token.kind == .rawTemplateStart
        var parts: [TemplatePart] = []
        while true {
            let (text, stop) = try lexer.templateText(isRaw: isRaw)
            if !text.isEmpty { parts.append(.text(text)) }
            if stop == .end { break }
            try advance()
            if token.kind == .rightBrace { throw failure("invalid template-string expression: it is empty") }
            let expression = try parseLiteral()
            // What follows the brace is text again, so that the lexer stays where it is.
            guard token.kind == .rightBrace else { throw unexpected("expected } behind a template-string expression") }
            guard !expression.isNegated, case .term = expression.kind else {
                throw failure("unexpected expression in a template-string", at: expression.span)
            }
            parts.append(.expression(expression))
        }
        token.span = start.through(end: lexer.offset)
        try advance()
        return Term(.template(parts, isRaw: isRaw), start.through(end: previousEnd))
    }
}
