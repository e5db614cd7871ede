extension ModuleFormatter {
    private enum Statement {
        case `import`(ImportDeclaration)
        case rule(Rule)

        var span: Span {
            switch self {
            case .import(let declaration): declaration.span
            case .rule(let rule): rule.span
            }
        }
    }

    /// The module as text.
    mutating func format() -> String {
        let statements =
            (module.imports.map(Statement.import) + module.rules.map(Statement.rule))
            .sorted { $0.span.start < $1.span.start }
        let starts = statements.map { Int($0.span.start) } + [Int.max]
        writeLeadingComments(of: module.package.span)
        write("package ")
        writeReference(module.package.terms)
        endLine(at: Int(module.package.span.end), before: starts[0])
        var index = 0
        var previous: (rule: Rule, isOneLine: Bool)?
        while index < statements.count {
            switch statements[index] {
            case .import:
                let group = importGroup(statements[index...])
                writeImports(group, limit: starts[index + group.count])
                index += group.count
                previous = nil
            case .rule(let rule):
                previous = writeStatement(rule, after: previous, limit: starts[index + 1])
                index += 1
            }
        }
        if pendingComment(before: .max) != nil { blankLine() }
        writeComments(before: .max)
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func writeLeadingComments(of span: Span) {
        blankLine()
        guard let row = writeComments(before: Int(span.start)), Int(span.row) - row > 1 else { return }
        blankLine()
    }

    // MARK: Imports

    /// The imports from here on that stand on lines one after the other, without comments between them.
    private func importGroup(_ statements: ArraySlice<Statement>) -> [ImportDeclaration] {
        var group: [ImportDeclaration] = []
        for statement in statements {
            guard case .import(let declaration) = statement else { break }
            if let last = group.last, Int(declaration.span.row) - row(Int(last.span.end) - 1) != 1 { break }
            group.append(declaration)
        }
        return group
    }

    private mutating func writeImports(_ group: [ImportDeclaration], limit: Int) {
        writeLeadingComments(of: group[0].span)
        var lines: [(declaration: ImportDeclaration, bytes: ArraySlice<UInt8>)] = []
        let start = mark()
        for (index, declaration) in group.enumerated() {
            let before = output.count
            let next = index + 1 < group.count ? Int(group[index + 1].span.start) : limit
            if declaration.isCovered(in: module), !hasComment(at: declaration, before: next) { continue }
            write("import ")
            writeReference(declaration.path)
            if let alias = declaration.alias { write(" as \(alias)") }
            endLine(at: Int(declaration.span.end), before: next)
            lines.append((declaration, output[before...]))
        }
        let sorted = lines.enumerated().sorted { left, right in
            let (first, second) = (left.element.declaration, right.element.declaration)
            if first.names != second.names { return first.names.lexicographicallyPrecedes(second.names) }
            return (first.alias ?? "", left.offset) < (second.alias ?? "", right.offset)
        }
        replace(from: start, with: sorted.flatMap(\.element.bytes))
    }

    private func hasComment(at declaration: ImportDeclaration, before limit: Int) -> Bool {
        guard let comment = pendingComment(before: limit) else { return false }
        return Int(comment.span.row) <= row(Int(declaration.span.end) - 1)
    }

    // MARK: Rules

    private mutating func writeStatement(
        _ rule: Rule, after previous: (rule: Rule, isOneLine: Bool)?, limit: Int
    ) -> (rule: Rule, isOneLine: Bool) {
        blankLine()
        let isAdjacent = previous.map { Int(rule.span.row) - row(Int($0.rule.span.end) - 1) == 1 } ?? false
        writeLeadingComments(of: rule.span)
        let start = mark()
        writeRule(rule)
        endLine(at: Int(rule.span.end), before: limit)
        let isOneLine = usesIf && !rule.isDefault && self.isOneLine(since: start)
        if isOneLine, isAdjacent, previous?.isOneLine == true { removeBlankLine(before: start) }
        return (rule, isOneLine)
    }

    private mutating func writeRule(_ rule: Rule) {
        let head = rule.head
        if rule.isDefault { write("default ") }
        writeHeadName(head)
        let close = rule.hasBody ? closingBrace(of: rule.body) : nil
        let isLast = rule.elseBranches.isEmpty
        let hasBody = rule.hasBody && !(isLast && isTrivial(rule.body, close: close))
        let isTrue = head.value.isTrue
        // Without `if`, `p[x]` alone would be a set.
        let needsValue = !usesIf && head.terms.count == 2 && head.arguments == nil
        var end = Int(head.span.end)
        if head.key == nil, !(isTrue && hasBody && !(needsValue && head.hasValue)) {
            write(head.isAssigned || module.version == .v1 ? " := " : " = ")
            if head.hasValue { writeTerm(head.value, .alone) } else { write("true") }
        }
        var lastClose: Int?
        if hasBody {
            let hasKeyword = usesIf && (head.key == nil || usesContains)
            let row = Int(head.span.row)
            lastClose = writeBody(rule.body, hasKeyword: hasKeyword, rows: [row, self.row(end - 1)], close: close)
            end = close.map { $0 + 1 } ?? Int(rule.body.last?.span.end ?? head.span.end)
        }
        for (index, branch) in rule.elseBranches.enumerated() {
            let isLast = index == rule.elseBranches.count - 1
            writeElse(branch, of: rule, after: &end, lastClose: &lastClose, isLast: isLast)
        }
    }

    private mutating func writeElse(
        _ branch: ElseBranch, of rule: Rule, after end: inout Int, lastClose: inout Int?, isLast: Bool
    ) {
        let start = Int(branch.span.start)
        if let lastClose, row(lastClose) == Int(branch.span.row) {
            write(" else")
        } else {
            endLine(at: end, before: start)
            blankLine()
            if let last = writeComments(before: start), Int(branch.span.row) - last > 1 { blankLine() }
            write("else")
        }
        // A body that was not written stands where the keyword stands.
        let isWritten = branch.body.first.map { Int($0.span.start) != start } ?? false
        let close = isWritten ? closingBrace(of: branch.body) : nil
        let hasBody = isWritten && !(isLast && isTrivial(branch.body, close: close))
        let hasValue = Int(branch.value.span.start) != start
        var rows = [Int(branch.span.row)]
        if hasValue { rows.append(row(Int(branch.value.span.end) - 1)) }
        if !branch.value.isTrue || !hasBody {
            write(rule.head.isAssigned || module.version == .v1 ? " := " : " = ")
            if hasValue { writeTerm(branch.value, .alone) } else { write("true") }
        }
        lastClose = nil
        if hasBody { lastClose = writeBody(branch.body, hasKeyword: usesIf, rows: rows, close: close) }
        end = Int(branch.span.end)
    }

    private mutating func writeHeadName(_ head: RuleHead) {
        if head.terms.count == 2, !hasReferenceHeads, case .variable(let name) = head.terms[0].value,
            !Parser.isKeyword(name)
        {
            write(name)
            write("[")
            writeTerm(head.terms[1], .alone)
            write("]")
        } else {
            writeReference(head.terms)
        }
        if let arguments = head.arguments {
            let open = head.terms.last.flatMap { find(UInt8(ascii: "("), after: Int($0.span.end)) }
            let last = arguments.last.map { Int($0.span.end) } ?? open.map { $0 + 1 }
            let close = last.flatMap { find(UInt8(ascii: ")"), after: $0) } ?? Int(head.span.end) - 1
            writeList(arguments.map(ListItem.argument), "(", ")", from: open ?? Int(head.span.start), to: close)
        }
        if let key = head.key {
            if usesContains {
                write(" contains ")
                writeTerm(key, .alone)
            } else {
                write("[")
                writeTerm(key, .alone)
                write("]")
            }
        }
    }

    // MARK: Bodies of rules

    /// Writes a body and gives where its braces close in the source, when it is written with braces.
    private mutating func writeBody(_ body: [Expr], hasKeyword: Bool, rows: [Int], close: Int?) -> Int? {
        if hasKeyword { write(" if") }
        if hasKeyword, allowsInlineBodies, body.count == 1, rows.contains(Int(body[0].span.row)), !body[0].isLoneSet,
            !(close.map { hasOwnLineComment(before: $0) } ?? false)
        {
            write(" ")
            writeExpression(body[0])
            return nil
        }
        write(" {")
        writeBlock(body, close: close ?? Int(body.last?.span.end ?? 0))
        write("}")
        return close ?? Int(body.last?.span.end ?? 0)
    }

    func closingBrace(of body: [Expr]) -> Int? {
        body.last.flatMap { find(UInt8(ascii: "}"), after: Int($0.span.end)) }
    }

    /// Whether a body says nothing: `true`, and no comment.
    private func isTrivial(_ body: [Expr], close: Int?) -> Bool {
        guard body.count == 1, !body[0].isNegated, body[0].with.isEmpty, case .term(let term) = body[0].kind,
            term.isTrue
        else { return false }
        return pendingComment(before: close ?? Int(body[0].span.end)) == nil
    }
}

extension Term {
    var isTrue: Bool {
        if case .bool(true) = value { return true }
        return false
    }
}

extension Expr {
    /// Whether it is nothing but a set, whose braces would be taken for those of a body.
    var isLoneSet: Bool {
        guard !isNegated, case .term(let term) = kind, case .set = term.value else { return false }
        return true
    }
}

extension ImportDeclaration {
    /// Whether `import rego.v1` gives what this import of keywords gives.
    func isCovered(in module: RegoModule) -> Bool {
        names.starts(with: ["future", "keywords"]) && module.imports.contains { $0.names == ["rego", "v1"] }
    }
}
