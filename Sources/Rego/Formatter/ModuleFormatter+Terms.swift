/// An element of what is written between brackets.
enum ListItem {
    case argument(Term)
    case element(Term)
    case pair(ObjectItem)

    var span: Span {
        switch self {
        case .argument(let term), .element(let term): term.span
        case .pair(let item): item.key.span.through(item.value.span)
        }
    }
}

extension ModuleFormatter {
    /// Where a term stands, which says whether an operator needs parentheses.
    enum TermPlace {
        /// It is a whole expression.
        case statement
        /// Nothing beside it can be taken for a part of it.
        case alone
        /// In a collection, where a union could be taken for a comprehension.
        case element
        /// Before the bar of a comprehension.
        case comprehension
        /// Beside an operator.
        case operand
    }

    mutating func writeTerm(_ term: Term, _ place: TermPlace) {
        guard StackBounds.hasRoom else {
            isTooDeep = true
            return
        }
        switch term.value {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .number(let number): writeNumber(number, term.span)
        case .string(let text): write(stringText(text, term.span))
        case .variable(let name): write(name)
        case .ref(let reference): writeReference(reference.terms)
        case .array(let terms): writeList(terms.map(ListItem.element), "[", "]", span: term.span)
        case .set(let terms):
            guard !terms.isEmpty else {
                write("set()")
                return
            }
            writeList(terms.map(ListItem.element), "{", "}", span: term.span)
        case .object(let items): writeList(items.map(ListItem.pair), "{", "}", span: term.span)
        case .arrayComprehension(let value, let body):
            write("[")
            writeTerm(value, .comprehension)
            writeComprehensionBody(body, span: term.span)
            write("]")
        case .setComprehension(let value, let body):
            write("{")
            writeTerm(value, .comprehension)
            writeComprehensionBody(body, span: term.span)
            write("}")
        case .objectComprehension(let key, let value, let body):
            write("{")
            writeTerm(key, .element)
            write(": ")
            writeTerm(value, .comprehension)
            writeComprehensionBody(body, span: term.span)
            write("}")
        case .call(.named(let name), let arguments):
            writeTerm(name, .alone)
            let open = find(UInt8(ascii: "("), after: Int(name.span.end)) ?? Int(name.span.end)
            writeList(arguments.map(ListItem.argument), "(", ")", from: open, to: Int(term.span.end) - 1)
        case .call(.operator(let name), let operands): writeInfix(name, operands, place)
        case .template(let parts, _): writeTemplate(parts, span: term.span)
        }
    }

    private mutating func writeInfix(_ name: String, _ operands: [Term], _ place: TermPlace) {
        guard let infix = Infix(name) else { return }
        let hasParentheses =
            switch place {
            case .statement: false
            case .alone: infix.hasKey
            case .element: infix.hasKey || name == "or"
            case .comprehension: infix.precedence < Precedence.and
            case .operand: true
            }
        if hasParentheses { write("(") }
        for (index, operand) in operands.enumerated() {
            if index > 0 { write(infix.hasKey && index == 1 ? ", " : " \(infix.symbol) ") }
            writeTerm(operand, .operand)
        }
        if hasParentheses { write(")") }
    }

    // MARK: Names

    mutating func writeReference(_ terms: [Term]) {
        for (index, term) in terms.enumerated() {
            if index == 0 {
                writeTerm(term, .alone)
            } else if case .string(let name) = term.value, !needsBrackets(name, term.span) {
                write("." + name)
            } else {
                write("[")
                writeTerm(term, .alone)
                write("]")
            }
        }
    }

    /// Whether a name cannot stand behind a dot, or is a keyword that the source has in brackets.
    private func needsBrackets(_ name: String, _ span: Span) -> Bool {
        guard RuleNode.isIdentifier(name) else { return true }
        guard Parser.isKeyword(name) else { return false }
        return text(from: Int(span.start), to: Int(span.end)) != name
    }

    private func stringText(_ text: String, _ span: Span) -> String {
        let source = self.text(from: Int(span.start), to: Int(span.end))
        guard let first = source.utf8.first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "`") else {
            return RegoValue(text).description
        }
        return source
    }

    private mutating func writeNumber(_ number: RegoNumber, _ span: Span) {
        let source = text(from: Int(span.start), to: Int(span.end))
        let isPlain = source.utf8.allSatisfy { Lexer.isDigit($0) || "+-.eE".utf8.contains($0) }
        write(isPlain && !source.isEmpty && !source.hasPrefix(".") && !source.hasPrefix("-.") ? source : number.text)
    }

    // MARK: Lists

    private mutating func writeList(_ items: [ListItem], _ open: String, _ close: String, span: Span) {
        writeList(items, open, close, from: Int(span.start), to: Int(span.end) - 1)
    }

    /// Writes elements; those that start on one line of the source stay on one line.
    mutating func writeList(_ items: [ListItem], _ open: String, _ close: String, from start: Int, to end: Int) {
        guard let first = items.first else {
            write(open + close)
            return
        }
        guard items.contains(where: { $0.span.row != first.span.row }) else {
            let mark = mark()
            // Comments from before the list are no part of its source.
            let mustFit = pendingComment(before: start) != nil
            if !writeOneLine(items, open, close, to: end, mustFit: mustFit) {
                restore(mark)
                writeSource(from: start, to: end + 1)
            }
            return
        }
        write(open)
        endOpeningLine(before: Int(first.span.start))
        depth += 1
        for (index, item) in items.enumerated() {
            let startsLine = index == 0 || items[index - 1].span.row != item.span.row
            if startsLine { writeComments(before: Int(item.span.start), keepsBlankLines: false) } else { write(" ") }
            writeItem(item)
            write(",")
            let next = index + 1 < items.count ? items[index + 1].span : nil
            if next?.row != item.span.row {
                endLine(at: Int(item.span.end), before: next.map { Int($0.start) } ?? end)
            }
        }
        writeComments(before: end, keepsBlankLines: false)
        depth -= 1
        write(close)
    }

    /// Whether the comments within allow it.
    private mutating func writeOneLine(
        _ items: [ListItem], _ open: String, _ close: String, to end: Int, mustFit: Bool
    ) -> Bool {
        write(open)
        for (index, item) in items.enumerated() {
            if !mustFit, hasOwnLineComment(before: Int(item.span.start)) { return false }
            if index > 0 { write(", ") }
            writeItem(item)
        }
        write(close)
        return mustFit || fitsOneLine(to: end)
    }

    private mutating func writeItem(_ item: ListItem) {
        switch item {
        case .argument(let term): writeTerm(term, .alone)
        case .element(let term): writeTerm(term, .element)
        case .pair(let pair):
            writeTerm(pair.key, .element)
            write(": ")
            writeTerm(pair.value, .element)
        }
    }

    private mutating func writeComprehensionBody(_ body: [Expr], span: Span) {
        let end = Int(span.end) - 1
        if let last = body.last, last.span.row == span.row, pendingComment(before: end) == nil {
            write(" | ")
            writeInline(body)
        } else {
            write(" |")
            writeBlock(body, close: end)
        }
    }

    // MARK: Interpolated strings

    /// Writes the text as it is and the expressions as expressions are written; where that is not safe, the source.
    private mutating func writeTemplate(_ parts: [TemplatePart], span: Span) {
        let mark = mark()
        // Comments within stay where they are; one from before waits for the end of the line.
        var isSafe = pendingComment(before: Int(span.end)).map { $0.span.start < span.start } ?? true
        var offset = Int(span.start)
        for part in parts where isSafe {
            guard case .expression(let expression) = part else { continue }
            let before = Self.trimmed(text(from: offset, to: Int(expression.span.start)), isFirst: offset == span.start)
            isSafe = before.hasSuffix("{")
            write(before)
            writeExpression(expression)
            offset = Int(expression.span.end)
        }
        if isSafe {
            write(Self.trimmed(text(from: offset, to: Int(span.end)), isFirst: offset == span.start))
        } else {
            restore(mark)
            writeSource(from: Int(span.start), to: Int(span.end))
        }
    }

    /// The text between two expressions without the space within their braces.
    private static func trimmed(_ text: String, isFirst: Bool) -> String {
        var bytes = Array(text.utf8)[...]
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        if !isFirst { bytes = bytes.drop(while: isSpace) }
        var end = bytes
        while let last = end.last, isSpace(last) { end = end.dropLast() }
        if end.last == UInt8(ascii: "{") { bytes = end }
        return String(decoding: bytes, as: UTF8.self)
    }
}
