/// A token of GraphQL.
struct GraphQLToken {
    enum Kind: String {
        case end = "<EOF>"
        case invalid = "<Invalid>"
        case bang = "!"
        case dollar = "$"
        case ampersand = "&"
        case parenthesisOpen = "("
        case parenthesisClose = ")"
        case spread = "..."
        case colon = ":"
        case equals = "="
        case at = "@"
        case bracketOpen = "["
        case bracketClose = "]"
        case braceOpen = "{"
        case braceClose = "}"
        case pipe = "|"
        case name = "Name"
        case integer = "Int"
        case float = "Float"
        case string = "String"
        case blockString = "BlockString"
    }

    var kind: Kind
    var value = ""
    var line: Int
    var column: Int
    /// Why the token is invalid.
    var reason = ""

    /// As messages show it.
    var text: String { value.isEmpty ? kind.rawValue : "\(kind.rawValue) \(GoQuote.quote(RegoString(value)))" }
}

/// A failure at a place of a GraphQL text.
struct GraphQLError: Error {
    let message: String
    let line: Int
    let column: Int

    var builtin: BuiltinError { BuiltinError("\(message) in GraphQL string at location \(line):\(column)") }
}

/// Cuts GraphQL into tokens.
struct GraphQLLexer {
    private let text: [UInt32]
    private var offset = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: RegoString) { self.text = text.runes }

    private func peek(_ ahead: Int = 0) -> UInt32? { offset + ahead < text.count ? text[offset + ahead] : nil }

    mutating func next() -> GraphQLToken {
        skipIgnored()
        guard let rune = peek() else { return token(.end) }
        let punctuation: [UInt32: GraphQLToken.Kind] = [
            0x21: .bang, 0x24: .dollar, 0x26: .ampersand, 0x28: .parenthesisOpen, 0x29: .parenthesisClose,
            0x3A: .colon, 0x3D: .equals, 0x40: .at, 0x5B: .bracketOpen, 0x5D: .bracketClose, 0x7B: .braceOpen,
            0x7C: .pipe, 0x7D: .braceClose,
        ]
        if let kind = punctuation[rune] {
            let made = token(kind)
            offset += 1
            return made
        }
        if rune == 0x2E, peek(1) == 0x2E, peek(2) == 0x2E {
            let made = token(.spread)
            offset += 3
            return made
        }
        if GraphQLLexer.isNameStart(rune) { return name() }
        if rune == 0x2D || (48...57).contains(rune) { return number() }
        if rune == 0x22 { return peek(1) == 0x22 && peek(2) == 0x22 ? blockString() : string() }
        var made = token(.invalid)
        made.reason = "Cannot parse the unexpected character \(GoQuote.quote(RegoString(runes: [rune])))."
        offset += 1
        return made
    }

    private func token(_ kind: GraphQLToken.Kind) -> GraphQLToken {
        GraphQLToken(kind: kind, line: line, column: offset - lineStart + 1)
    }

    private mutating func skipIgnored() {
        while let rune = peek() {
            switch rune {
            case 0x09, 0x20, 0x2C, 0xFEFF: offset += 1
            case 0x0A:
                offset += 1
                newLine()
            case 0x0D:
                offset += 1
                if peek() == 0x0A { offset += 1 }
                newLine()
            case 0x23: while let rune = peek(), rune != 0x0A, rune != 0x0D { _ = rune; offset += 1 }
            default: return
            }
        }
    }

    private mutating func newLine() {
        line += 1
        lineStart = offset
    }

    private static func isNameStart(_ rune: UInt32) -> Bool {
        (65...90).contains(rune) || (97...122).contains(rune) || rune == 95
    }

    private func shown(_ range: Range<Int>) -> String { RegoString(runes: text[range]).string }

    private mutating func name() -> GraphQLToken {
        var made = token(.name)
        let start = offset
        while let rune = peek(), GraphQLLexer.isNameStart(rune) || (48...57).contains(rune) { offset += 1 }
        made.value = shown(start..<offset)
        return made
    }

    private mutating func number() -> GraphQLToken {
        var made = token(.integer)
        let start = offset
        if peek() == 0x2D { offset += 1 }
        guard digits() else { return invalid(made, "Invalid number, expected digit but got: ") }
        let first = text[start] == 0x2D ? start + 1 : start
        if text[first] == 48, offset - first > 1 {
            return invalid(made, "Invalid number, unexpected digit after 0: ")
        }
        if peek() == 0x2E {
            made.kind = .float
            offset += 1
            guard digits() else { return invalid(made, "Invalid number, expected digit but got: ") }
        }
        if let rune = peek(), rune | 0x20 == 0x65 {
            made.kind = .float
            offset += 1
            if peek() == 0x2D || peek() == 0x2B { offset += 1 }
            guard digits() else { return invalid(made, "Invalid number, expected digit but got: ") }
        }
        made.value = shown(start..<offset)
        return made
    }

    private func invalid(_ token: GraphQLToken, _ reason: String) -> GraphQLToken {
        var made = token
        made.kind = .invalid
        made.reason = reason + (peek().map { GoQuote.quote(RegoString(runes: [$0])) } ?? "<EOF>") + "."
        return made
    }

    private mutating func digits() -> Bool {
        let start = offset
        while let rune = peek(), (48...57).contains(rune) { offset += 1 }
        return offset > start
    }

    private mutating func string() -> GraphQLToken {
        // The place of a string is that of its first character, as in gqlparser.
        offset += 1
        var made = token(.string)
        var value: [UInt32] = []
        while let rune = peek() {
            switch rune {
            case 0x22:
                offset += 1
                made.value = RegoString(runes: value).string
                return made
            case 0x0A, 0x0D: return unterminated(made)
            case 0x5C:
                guard let escaped = escape() else {
                    made.kind = .invalid
                    made.reason = "Invalid character escape sequence."
                    return made
                }
                value.append(escaped)
            default:
                value.append(rune)
                offset += 1
            }
        }
        return unterminated(made)
    }

    private func unterminated(_ token: GraphQLToken) -> GraphQLToken {
        var made = token
        made.line = line
        made.column = offset - lineStart + 1
        made.kind = .invalid
        made.reason = "Unterminated string."
        return made
    }

    private mutating func escape() -> UInt32? {
        guard let rune = peek(1) else { return nil }
        let simple: [UInt32: UInt32] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
        ]
        if let known = simple[rune] {
            offset += 2
            return known
        }
        guard rune == 0x75, offset + 6 <= text.count, let value = UInt32(shown(offset + 2..<offset + 6), radix: 16)
        else {
            return nil
        }
        offset += 6
        return value
    }

    private mutating func blockString() -> GraphQLToken {
        offset += 3
        let start = offset
        var made = token(.blockString)
        var value: [UInt32] = []
        while let rune = peek() {
            if rune == 0x22, peek(1) == 0x22, peek(2) == 0x22 {
                offset += 3
                made.value = GraphQLLexer.dedented(value)
                // gqlparser counts from the line that a block string ends in.
                made.line = line
                made.column = start - lineStart + 1
                return made
            }
            if rune == 0x5C, peek(1) == 0x22, peek(2) == 0x22, peek(3) == 0x22 {
                value += [0x22, 0x22, 0x22]
                offset += 4
                continue
            }
            offset += 1
            if rune == 0x0D {
                if peek() == 0x0A { offset += 1 }
                value.append(0x0A)
                newLine()
                continue
            }
            value.append(rune)
            if rune == 0x0A { newLine() }
        }
        return unterminated(made)
    }

    /// Without the indentation that all lines but the first share, and without blank lines at the ends.
    private static func dedented(_ raw: [UInt32]) -> String {
        var lines = raw.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        func indent(_ line: [UInt32]) -> Int? {
            let count = line.prefix { $0 == 0x20 || $0 == 0x09 }.count
            return count < line.count ? count : nil
        }
        if let common = lines.dropFirst().compactMap(indent).min() {
            for index in lines.indices.dropFirst() { lines[index] = Array(lines[index].dropFirst(common)) }
        }
        while let first = lines.first, indent(first) == nil { lines.removeFirst() }
        while let last = lines.last, indent(last) == nil { lines.removeLast() }
        return lines.map { RegoString(runes: $0).string }.joined(separator: "\n")
    }
}
