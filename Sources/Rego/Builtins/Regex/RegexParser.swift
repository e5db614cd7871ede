/// Reads regular expressions in the syntax of RE2, as Go's `regexp` does with its Perl flags.
struct RegexParser {
    struct Flags {
        var ignoresCase = false
        var isMultiLine = false
        var dotTakesNewline = false
        var isUngreedy = false
    }

    static let repetitionLimit = 1_000
    static let depthLimit = 1_000

    let text: [UInt32]
    var offset = 0
    var flags = Flags()
    var captures: [String] = [""]
    private var depth = 0

    static func parse(_ pattern: RegoString) throws(RegexError) -> (node: RegexNode, captures: [String]) {
        var parser = RegexParser(text: pattern.runes)
        let node = try parser.alternatives()
        if parser.offset < parser.text.count { throw RegexError("unexpected )", pattern.string) }
        try parser.checkRepetitions(node, RegexParser.repetitionLimit)
        return (node, parser.captures)
    }

    private init(text: [UInt32]) { self.text = text }

    var next: UInt32? { offset < text.count ? text[offset] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == character.value else { return false }
        offset += 1
        return true
    }

    func starts(with prefix: String) -> Bool { text[offset...].starts(with: prefix.unicodeScalars.map(\.value)) }

    private mutating func alternatives() throws(RegexError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > RegexParser.depthLimit { throw RegexError("expression nests too deeply", text[...]) }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(RegexError) -> RegexNode {
        var nodes: [RegexNode] = []
        while let character = next, character != 0x7C, character != 0x29 {
            let start = offset
            if starts(with: "\\Q") {
                nodes += quoted()
                if nodes.isEmpty { continue }
                try repetition(of: &nodes, from: start)
                continue
            }
            guard let atom = try atom() else { continue }
            nodes.append(atom)
            try repetition(of: &nodes, from: start)
        }
        return nodes.isEmpty ? .empty : nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func quoted() -> [RegexNode] {
        offset += 2
        var nodes: [RegexNode] = []
        while offset < text.count, !starts(with: "\\E") {
            nodes.append(literal(text[offset]))
            offset += 1
        }
        if offset < text.count { offset += 2 }
        return nodes
    }

    /// One thing that can be repeated; nil when only flags were set.
    private mutating func atom() throws(RegexError) -> RegexNode? {
        let character = text[offset]
        switch Unicode.Scalar(character) {
        case "(": return try group()
        case "[": return .runes(try bracketClass())
        case ".":
            offset += 1
            return .runes(flags.dotTakesNewline ? .all : RuneClass([10...10]).inverted)
        case "^":
            offset += 1
            return .assertion(flags.isMultiLine ? .beginLine : .beginText)
        case "$":
            offset += 1
            return .assertion(flags.isMultiLine ? .endLine : .endText)
        case "*", "+", "?":
            offset += 1
            throw RegexError("missing argument to repetition operator", text[(offset - 1)..<offset])
        case "{":
            let start = offset
            if readBounds() != nil {
                throw RegexError("missing argument to repetition operator", text[start..<offset])
            }
            offset = start + 1
            return literal(character)
        case "\\": return try escape()
        default:
            offset += 1
            return literal(character)
        }
    }

    func literal(_ rune: UInt32) -> RegexNode {
        guard flags.ignoresCase else { return .runes(RuneClass([rune...rune])) }
        return .runes(RuneClass(CaseFolding.orbit(rune).map { $0...$0 }))
    }

    private mutating func repetition(of nodes: inout [RegexNode], from start: Int) throws(RegexError) {
        var isRepeated = false
        var operatorStart = offset
        while let character = next {
            let begin = offset
            var bounds: (least: Int, most: Int?)
            switch Unicode.Scalar(character) {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let read = readBounds() else {
                    offset = begin
                    return
                }
                bounds = read
                offset -= 1
                if bounds.least > RegexParser.repetitionLimit || (bounds.most ?? 0) > RegexParser.repetitionLimit
                    || bounds.most.map({ $0 < bounds.least }) ?? false
                {
                    throw RegexError("invalid repeat count", text[begin...offset])
                }
            default: return
            }
            offset += 1
            var isGreedy = !flags.isUngreedy
            if take("?") { isGreedy.toggle() }
            if isRepeated {
                throw RegexError("invalid nested repetition operator", text[operatorStart..<offset])
            }
            isRepeated = true
            operatorStart = begin
            guard let last = nodes.popLast() else { return }
            nodes.append(.repetition(last, least: bounds.least, most: bounds.most, isGreedy: isGreedy))
        }
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; nil when it is none of them and `{` is a character like any other.
    private mutating func readBounds() -> (least: Int, most: Int?)? {
        offset += 1
        guard let least = readInteger() else { return nil }
        var most: Int? = least
        if take(",") {
            if next == 0x7D { most = nil } else if let read = readInteger() { most = read } else { return nil }
        }
        return take("}") ? (least, most) : nil
    }

    private mutating func readInteger() -> Int? {
        let start = offset
        var value = 0
        while let character = next, (48...57).contains(character) {
            value = Swift.min(value * 10 + Int(character - 48), 1_000_000)
            offset += 1
        }
        if offset - start > 1, text[start] == 48 { return nil }
        return offset > start ? value : nil
    }

    /// Nested repetitions count as their product, so that an expression cannot become too large a program.
    private func checkRepetitions(_ node: RegexNode, _ budget: Int) throws(RegexError) {
        switch node {
        case .repetition(let inner, let least, let most, _):
            let count = Swift.max(least, most ?? 0, 1)
            if count > budget { throw RegexError("invalid repeat count", "{\(least)}") }
            try checkRepetitions(inner, count > 1 ? budget / count : budget)
        case .capture(_, let inner): try checkRepetitions(inner, budget)
        case .sequence(let nodes), .alternatives(let nodes): for node in nodes { try checkRepetitions(node, budget) }
        default: break
        }
    }

    private mutating func group() throws(RegexError) -> RegexNode? {
        let start = offset
        offset += 1
        let outer = flags
        var index: Int?
        if starts(with: "?P<") || starts(with: "?<") {
            index = try namedCapture(from: start)
        } else if take("?") {
            guard try groupFlags(from: start) else { return nil }
        } else {
            index = captures.count
            captures.append("")
        }
        let node = try alternatives()
        guard take(")") else { throw RegexError("missing closing )", text[...]) }
        flags = outer
        return index.map { .capture($0, node) } ?? node
    }

    private mutating func namedCapture(from start: Int) throws(RegexError) -> Int {
        offset += starts(with: "?P<") ? 3 : 2
        guard let close = text[offset...].firstIndex(of: 0x3E) else {
            throw RegexError("invalid named capture", text[start...])
        }
        let name = text[offset..<close]
        let isValid = !name.isEmpty && name.allSatisfy { RegexParser.isNameCharacter($0) }
        let shown = RegoString(runes: name).string
        guard isValid else { throw RegexError("invalid named capture", text[start...close]) }
        if captures.contains(shown) { throw RegexError("duplicate capture group name", shown) }
        offset = close + 1
        captures.append(shown)
        return captures.count - 1
    }

    private static func isNameCharacter(_ rune: UInt32) -> Bool {
        switch rune {
        case 48...57, 65...90, 95, 97...122: true
        default: false
        }
    }

    /// Reads `?flags:` and answers true, or `?flags)` and answers false.
    private mutating func groupFlags(from start: Int) throws(RegexError) -> Bool {
        var value = true
        var isEmpty = true
        while let character = next {
            offset += 1
            switch Unicode.Scalar(character) {
            case "i": flags.ignoresCase = value
            case "m": flags.isMultiLine = value
            case "s": flags.dotTakesNewline = value
            case "U": flags.isUngreedy = value
            case "-" where value:
                value = false
                isEmpty = true
                continue
            case ":" where value || !isEmpty: return true
            case ")" where !isEmpty: return false
            default: throw RegexError("invalid or unsupported Perl syntax", text[start..<offset])
            }
            isEmpty = false
        }
        throw RegexError("missing closing )", text[...])
    }
}
