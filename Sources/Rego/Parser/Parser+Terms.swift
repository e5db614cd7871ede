/// How strongly operators bind, the weakest first.
enum Precedence {
    static let membership = 1
    static let relation = 2
    static let or = 3
    static let and = 4
    static let sum = 5
    static let product = 6
}

extension Parser {
    /// A term with operators, `x, y in z` included where commas are free.
    mutating func parseExpression(allowsKeyValue: Bool = false) throws(RegoError) -> Term {
        try parseOperand(minimum: Precedence.membership, allowsKeyValue: allowsKeyValue)
    }

    mutating func parseOperand(minimum: Int, allowsKeyValue: Bool) throws(RegoError) -> Term {
        let left = try nested { (parser) throws(RegoError) in try parser.parseTerm() }
        return try parseInfix(left, minimum: minimum, allowsKeyValue: allowsKeyValue)
    }

    /// Goes on behind a left operand.
    mutating func parseInfix(_ first: Term, minimum: Int, allowsKeyValue: Bool) throws(RegoError) -> Term {
        var left = first
        while true {
            if let (name, precedence) = Self.infix[token.kind], precedence >= minimum {
                try countOperator()
                try advance()
                let right = try parseOperand(minimum: precedence + 1, allowsKeyValue: false)
                left = Term(.call(.operator(name), [left, right]), left.span.through(end: previousEnd))
            } else if isKeyword("in"), minimum <= Precedence.membership {
                try countOperator()
                try advance()
                let domain = try parseOperand(minimum: Precedence.relation, allowsKeyValue: false)
                left = Term(
                    .call(.operator("internal.member_2"), [left, domain]), left.span.through(end: previousEnd))
            } else if allowsKeyValue, token.kind == .comma, minimum <= Precedence.membership,
                let member = try parseKeyValueMember(left)
            {
                left = member
            } else {
                return left
            }
        }
    }

    private func countOperator() throws(RegoError) {
        bounds.operators += 1
        guard bounds.operators <= Self.operatorMaximum else {
            bounds.isExceeded = true
            throw failure("the statement has more than \(Self.operatorMaximum) operators; write it as several")
        }
    }

    private mutating func parseKeyValueMember(_ key: Term) throws(RegoError) -> Term? {
        let saved = self
        do {
            try advance()
            let value = try parseOperand(minimum: Precedence.relation, allowsKeyValue: false)
            if try acceptKeyword("in") {
                let domain = try parseOperand(minimum: Precedence.relation, allowsKeyValue: false)
                return Term(
                    .call(.operator("internal.member_3"), [key, value, domain]), key.span.through(end: previousEnd))
            }
        } catch {
            guard !bounds.isExceeded else { throw error }
            // Not a membership; what follows the comma is read again as what it is.
            self = saved
            return nil
        }
        self = saved
        return nil
    }

    private static let infix: [TokenKind: (String, Int)] = [
        .equal: ("equal", Precedence.relation), .notEqual: ("neq", Precedence.relation),
        .less: ("lt", Precedence.relation), .lessOrEqual: ("lte", Precedence.relation),
        .greater: ("gt", Precedence.relation), .greaterOrEqual: ("gte", Precedence.relation),
        .or: ("or", Precedence.or), .and: ("and", Precedence.and),
        .plus: ("plus", Precedence.sum), .minus: ("minus", Precedence.sum),
        .star: ("mul", Precedence.product), .slash: ("div", Precedence.product), .percent: ("rem", Precedence.product),
    ]

    mutating func parseTerm(isPackage: Bool = false) throws(RegoError) -> Term {
        let start = token.span
        var term: Term
        switch token.kind {
        case .identifier: term = try parseName(isPackage: isPackage)
        case .number, .minus: return try parseNumber()
        case .string, .rawString:
            term = Term(.string(token.text), start)
            try advance()
            return term
        case .templateStart, .rawTemplateStart: return try parseTemplate()
        case .leftBracket: term = try parseArray()
        case .leftBrace: term = try parseBraces()
        case .leftParen:
            try advance()
            term = try parseExpression(allowsKeyValue: true)
            try expect(.rightParen, "non-terminated expression")
            // The parentheses are part of the text, not of the tree.
            return term
        default:
            throw unexpected()
        }
        switch term.value {
        case .null, .bool: return term
        default: return try parseSuffixes(of: term, isPackage: isPackage)
        }
    }

    private mutating func parseName(isPackage: Bool) throws(RegoError) -> Term {
        let start = token.span
        let name = token.text
        if isAnyKeyword(), !isPackage {
            switch name {
            case "null", "true", "false":
                try advance()
                return Term(name == "null" ? .null : .bool(name == "true"), start)
            default:
                throw unexpected()
            }
        }
        try advance()
        if name == "set", !isPackage, token.kind == .leftParen, isAdjacent {
            let saved = self
            try advance()
            if try accept(.rightParen) { return Term(.set([]), start.through(end: previousEnd)) }
            self = saved
        }
        return Term(.variable(name), start)
    }

    private mutating func parseNumber() throws(RegoError) -> Term {
        let start = token.span
        let isNegative = try accept(.minus)
        guard token.kind == .number else { throw unexpected() }
        guard let number = RegoNumber(text: (isNegative ? "-" : "") + token.text) else {
            throw failure("illegal number format")
        }
        try advance()
        return Term(.number(number), start.through(end: previousEnd))
    }

    /// What stands directly behind a term: `.name`, `[key]`, `(arguments)`.
    private mutating func parseSuffixes(of head: Term, isPackage: Bool) throws(RegoError) -> Term {
        var term = head
        while isAdjacent {
            switch token.kind {
            case .dot:
                try advance()
                guard token.kind == .identifier, isAdjacent else { throw unexpected("expected identifier") }
                term = extend(term, with: Term(.string(token.text), token.span))
                try advance()
            case .leftBracket:
                try advance()
                if token.kind == .rightBracket { throw unexpected("expected term") }
                let key = try parseExpression(allowsKeyValue: false)
                try expect(.rightBracket, "expected ]")
                term = extend(term, with: key)
            case .leftParen where !isPackage:
                switch term.value {
                case .variable: break
                case .ref(let reference) where reference.terms.allSatisfy(\.isName): break
                default: return term
                }
                try advance()
                let arguments = try parseList(until: .rightParen)
                term = Term(.call(.named(term), arguments), term.span)
            default:
                return term
            }
            term.span = head.span.through(end: previousEnd)
        }
        return term
    }

    private func extend(_ term: Term, with key: Term) -> Term {
        if case .ref(var reference) = term.value {
            reference.terms.append(key)
            return Term(.ref(reference), term.span)
        }
        return Term(.ref(Reference(terms: [term, key])), term.span)
    }

    mutating func parseList(until end: TokenKind) throws(RegoError) -> [Term] {
        var terms: [Term] = []
        while token.kind != end {
            terms.append(try parseExpression())
            if token.kind == .comma {
                try advance()
            } else if token.kind != end {
                throw unexpected("expected \",\" or \"\(end.name)\"")
            }
        }
        try advance()
        return terms
    }
}

extension Term {
    /// The kind of a part that only evaluation can know; nil where there is none, closures left aside.
    var kindNeedingEvaluation: String? {
        switch value {
        case .variable, .ref, .call: Parser.kindName(self)
        case .array(let terms), .set(let terms): terms.lazy.compactMap(\.kindNeedingEvaluation).first
        case .object(let items):
            items.lazy.compactMap { $0.key.kindNeedingEvaluation ?? $0.value.kindNeedingEvaluation }.first
        default: nil
        }
    }

    /// Whether it is a variable or a string: a part of a name.
    var isName: Bool {
        switch value {
        case .variable, .string: true
        default: false
        }
    }
}
