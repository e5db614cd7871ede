/// A glob as gobwas/glob has it: `*`, `**`, `?`, `[a-z]`, `[!abc]`, `{a,b}`, `\`.
///
/// Separators bound what `*` and `?` take.
struct Glob: Sendable {
    private let regex: RegoRegex

    init(_ pattern: RegoString, separators: [UInt32]) throws(BuiltinError) {
        var parser = GlobParser(pattern, separators: separators)
        let node = try parser.parse()
        do throws(RegexError) {
            regex = try RegoRegex(whole: node)
        } catch {
            throw BuiltinError("glob is too large")
        }
    }

    /// True when the whole text matches.
    func matches(_ text: RegoString, _ context: BuiltinContext) throws(BuiltinError) -> Bool {
        try regex.matches(text, context)
    }
}

/// Reads a glob as a regular expression's tree.
struct GlobParser {
    private static let depthLimit = 100
    private let text: [UInt32]
    private let pattern: RegoString
    private let single: RuneClass
    private var offset = 0
    private var depth = 0

    init(_ pattern: RegoString, separators: [UInt32]) {
        self.pattern = pattern
        text = pattern.runes
        single = RuneClass(separators.map { $0...$0 }).inverted
    }

    mutating func parse() throws(BuiltinError) -> RegexNode {
        let node = try sequence()
        if offset < text.count { throw failure("unexpected token") }
        return node
    }

    private mutating func sequence() throws(BuiltinError) -> RegexNode {
        var nodes: [RegexNode] = []
        while offset < text.count {
            let character = text[offset]
            switch Unicode.Scalar(character) {
            case "\\":
                offset += 1
                guard offset < text.count else { return .sequence(nodes) }
                nodes.append(.runes(RuneClass([text[offset]...text[offset]])))
            case "?": nodes.append(.runes(single))
            case "*":
                let isSuper = offset + 1 < text.count && text[offset + 1] == 0x2A
                if isSuper { offset += 1 }
                nodes.append(.repetition(.runes(isSuper ? .all : single), least: 0, most: nil, isGreedy: true))
            case "[":
                nodes.append(.runes(try bracket()))
                continue
            case "{":
                nodes.append(try alternatives())
                continue
            case ",", "}":
                if depth > 0 { return .sequence(nodes) }
                nodes.append(.runes(RuneClass([character...character])))
            default: nodes.append(.runes(RuneClass([character...character])))
            }
            offset += 1
        }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func alternatives() throws(BuiltinError) -> RegexNode {
        depth += 1
        if depth > GlobParser.depthLimit { throw failure("alternatives nest too deeply") }
        defer { depth -= 1 }
        var branches: [RegexNode] = []
        repeat {
            offset += 1
            branches.append(try sequence())
        } while offset < text.count && text[offset] == 0x2C
        guard offset < text.count else { throw failure("unexpected end of input") }
        offset += 1
        return .alternatives(branches)
    }

    private mutating func bracket() throws(BuiltinError) -> RuneClass {
        offset += 1
        let isInverted = offset < text.count && text[offset] == 0x21
        if isInverted { offset += 1 }
        guard offset < text.count else { throw failure("unexpected end of input") }
        var ranges: [ClosedRange<UInt32>] = []
        if offset + 2 < text.count, text[offset + 1] == 0x2D, text[offset] != 0x5D {
            let (low, high) = (text[offset], text[offset + 2])
            guard low <= high else {
                let shown = (RegoString(runes: [high]).string, RegoString(runes: [low]).string)
                throw failure("hi character '\(shown.0)' should be greater than lo '\(shown.1)'")
            }
            ranges.append(low...high)
            offset += 3
            guard offset < text.count, text[offset] == 0x5D else { throw failure("expected close range") }
        } else {
            while offset < text.count, text[offset] != 0x5D || ranges.isEmpty {
                if text[offset] == 0x5C, offset + 1 < text.count { offset += 1 }
                ranges.append(text[offset]...text[offset])
                offset += 1
            }
            guard offset < text.count else { throw failure("unexpected end of input") }
        }
        offset += 1
        let made = RuneClass(ranges)
        return isInverted ? made.inverted : made
    }

    private func failure(_ reason: String) -> BuiltinError { BuiltinError(reason) }
}
