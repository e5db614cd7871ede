extension ModuleFormatter {
    /// Writes expressions on lines of their own behind what opens a body, up to the line that closes it.
    mutating func writeBlock(_ body: [Expr], close: Int) {
        guard let first = body.first else { return }
        endOpeningLine(before: Int(first.span.start))
        depth += 1
        var last: Int?
        for (index, expression) in body.enumerated() {
            let start = Int(expression.span.start)
            last = writeComments(before: start, after: last)
            if let last, Int(expression.span.row) - last > 1 { blankLine() }
            writeExpression(expression)
            let end = Int(expression.span.end)
            endLine(at: end, before: index + 1 < body.count ? Int(body[index + 1].span.start) : close)
            last = row(end - 1)
        }
        writeComments(before: close)
        depth -= 1
    }

    /// Writes one expression, without the end of its line.
    mutating func writeExpression(_ expression: Expr) {
        if expression.isNegated { write("not ") }
        var end: Int
        switch expression.kind {
        case .term(let term):
            writeStatement(term)
            end = Int(term.span.end)
        case .some(let names):
            writeSome(names)
            end = Int(names.last?.span.end ?? expression.span.end)
        case .someIn(let key, let value, let domain):
            write("some ")
            if let key {
                writeTerm(key, .operand)
                write(", ")
            }
            writeTerm(value, .operand)
            write(" in ")
            writeTerm(domain, .operand)
            end = Int(domain.span.end)
        case .every(let key, let value, let domain, let body):
            end = writeEvery(key, value, domain, body, span: expression.span)
        }
        writeModifiers(expression.with, after: end)
    }

    /// The term that an expression is; operators stand without parentheses as far as their order allows it.
    private mutating func writeStatement(_ term: Term) {
        guard case .call(.operator(let name), let operands) = term.value, operands.count == 2,
            let infix = Infix(name), name != "internal.member_2"
        else {
            writeTerm(term, .statement)
            return
        }
        let left = Infix(of: operands[0])
        let right = Infix(of: operands[1])
        let needsLeft = left.map { $0.precedence < infix.precedence || $0.hasKey } ?? false
        let needsRight = right.map { $0.precedence <= infix.precedence || $0.hasKey } ?? false
        writeTerm(operands[0], needsLeft ? .operand : .alone)
        write(" \(infix.symbol) ")
        writeTerm(operands[1], needsRight ? .operand : .alone)
    }

    private mutating func writeSome(_ names: [Term]) {
        write("some ")
        let base = depth
        for (index, name) in names.enumerated() {
            if index > 0 {
                write(",")
                let previous = names[index - 1].span
                if name.span.row > previous.row {
                    endLine(at: Int(previous.end), before: Int(name.span.start))
                    depth = base + 1
                } else {
                    write(" ")
                }
            }
            writeTerm(name, .alone)
        }
        depth = base
    }

    /// Gives where the expression ends in the source.
    private mutating func writeEvery(_ key: Term?, _ value: Term, _ domain: Term, _ body: [Expr], span: Span) -> Int {
        write("every ")
        if let key {
            writeTerm(key, .alone)
            write(", ")
        }
        writeTerm(value, .alone)
        write(" in ")
        writeTerm(domain, Infix(of: domain).map { $0.precedence < Precedence.relation } == true ? .operand : .alone)
        let close = closingBrace(of: body) ?? Int(span.end)
        if let last = body.last, last.span.row == span.row, pendingComment(before: close) == nil {
            write(" { ")
            writeInline(body)
            write(body.count == 1 ? " }" : "}")
        } else {
            write(" {")
            writeBlock(body, close: close)
            write("}")
        }
        return close + 1
    }

    mutating func writeInline(_ body: [Expr]) {
        for (index, expression) in body.enumerated() {
            if index > 0 { write("; ") }
            writeExpression(expression)
        }
    }

    private mutating func writeModifiers(_ modifiers: [WithModifier], after end: Int) {
        var end = end
        let base = depth
        for modifier in modifiers {
            let start = Int(modifier.span.start)
            if Int(modifier.span.row) > row(end - 1) {
                endLine(at: end, before: start)
                depth = base + 1
                writeComments(before: start, keepsBlankLines: false)
                write("with ")
            } else {
                write(" with ")
            }
            writeTerm(modifier.target, .alone)
            write(" as ")
            writeTerm(modifier.value, .alone)
            end = Int(modifier.span.end)
        }
        depth = base
    }
}

/// An operator between two terms, as it is written.
struct Infix {
    let symbol: String
    let precedence: Int
    /// Whether it is `key, value in domain`.
    var hasKey = false

    init?(_ name: String) {
        guard let (symbol, precedence) = Self.all[name] else { return nil }
        self.symbol = symbol
        self.precedence = precedence
        hasKey = name == "internal.member_3"
    }

    init?(of term: Term) {
        guard case .call(.operator(let name), _) = term.value else { return nil }
        self.init(name)
    }

    private static let all: [String: (String, Int)] = [
        "assign": (":=", 0), "eq": ("=", 0),
        "internal.member_2": ("in", Precedence.membership), "internal.member_3": ("in", Precedence.membership),
        "equal": ("==", Precedence.relation), "neq": ("!=", Precedence.relation),
        "lt": ("<", Precedence.relation), "lte": ("<=", Precedence.relation),
        "gt": (">", Precedence.relation), "gte": (">=", Precedence.relation),
        "or": ("|", Precedence.or), "and": ("&", Precedence.and),
        "plus": ("+", Precedence.sum), "minus": ("-", Precedence.sum),
        "mul": ("*", Precedence.product), "div": ("/", Precedence.product), "rem": ("%", Precedence.product),
    ]
}
