/// A word of an action.
enum TemplateWord {
    case dot
    case field(String)
    /// A field right behind a word.
    case chained(String)
    case variable(String)
    case name(String)
    case literal(RegoValue)
    case pipe
    case open
    case close
    case comma
    case assign(declares: Bool)
}

/// Cuts an action into words.
struct TemplateLexer {
    private let text: [UInt8]
    private(set) var offset: Int
    private(set) var trimsNext = false

    init(text: [UInt8], offset: Int) {
        self.text = text
        self.offset = offset
    }

    private func byte(_ ahead: Int = 0) -> UInt8 { offset + ahead < text.count ? text[offset + ahead] : 0 }

    mutating func words() throws(BuiltinError) -> [TemplateWord] {
        var made: [TemplateWord] = []
        var isSpaced = true
        while true {
            guard offset < text.count else { throw TemplateParser.failure("unclosed action") }
            if byte() == 0x7D, byte(1) == 0x7D {
                offset += 2
                return made
            }
            if GoCase.isSpace(UInt32(byte())) {
                isSpaced = true
                offset += 1
                if byte() == UInt8(ascii: "-"), byte(1) == 0x7D, byte(2) == 0x7D {
                    offset += 3
                    trimsNext = true
                    return made
                }
                continue
            }
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                try skipComment()
                continue
            }
            made.append(try word(isSpaced: isSpaced))
            isSpaced = false
        }
    }

    private mutating func skipComment() throws(BuiltinError) {
        while !(byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) {
            guard offset < text.count else { throw TemplateParser.failure("unclosed comment") }
            offset += 1
        }
        offset += 2
    }

    private mutating func word(isSpaced: Bool) throws(BuiltinError) -> TemplateWord {
        let first = byte()
        switch first {
        case UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "="):
            offset += 1
            return first == UInt8(ascii: "|")
                ? .pipe
                : first == UInt8(ascii: "(")
                    ? .open
                    : first == UInt8(ascii: ")")
                        ? .close : first == UInt8(ascii: ",") ? .comma : .assign(declares: false)
        case UInt8(ascii: ":"):
            guard byte(1) == UInt8(ascii: "=") else { throw TemplateParser.failure("expected :=") }
            offset += 2
            return .assign(declares: true)
        case UInt8(ascii: "$"):
            offset += 1
            return .variable(identifier())
        case UInt8(ascii: ".") where !(byte(1) &- 48 <= 9):
            offset += 1
            let name = identifier()
            if name.isEmpty { return .dot }
            return isSpaced ? .field(name) : .chained(name)
        case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "'"): return .literal(try quoted(first))
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), 48...57: return .literal(try number())
        default:
            let name = identifier()
            guard !name.isEmpty else {
                throw TemplateParser.failure("unexpected \(GoQuote.quote(rune: UInt32(first))) in command")
            }
            return .name(name)
        }
    }

    private mutating func identifier() -> String {
        let start = offset
        while byte() == 95 || byte() &- 48 <= 9 || (65...90).contains(byte() & 0xDF) || byte() >= 0x80 { offset += 1 }
        return String(decoding: text[start..<offset], as: UTF8.self)
    }

    private mutating func number() throws(BuiltinError) -> RegoValue {
        let start = offset
        while byte() &- 48 <= 9 || [43, 45, 46, 101, 69].contains(byte()) { offset += 1 }
        let shown = String(decoding: text[start..<offset], as: UTF8.self)
        guard let value = GoFloats.parse(shown) else {
            throw TemplateParser.failure("bad number syntax: \(GoQuote.quote(RegoString(shown)))")
        }
        return .number(value)
    }

    private mutating func quoted(_ mark: UInt8) throws(BuiltinError) -> RegoValue {
        offset += 1
        let start = offset
        while offset < text.count, byte() != mark {
            if byte() == UInt8(ascii: "\\"), mark != UInt8(ascii: "`") { offset += 1 }
            offset += 1
        }
        guard offset < text.count else { throw TemplateParser.failure("unterminated quoted string") }
        let inner = text[start..<offset]
        offset += 1
        if mark == UInt8(ascii: "`") { return .string(RegoString(utf8: Array(inner))) }
        let json = [UInt8(ascii: "\"")] + inner + [UInt8(ascii: "\"")]
        guard let value = try? RegoValue(json: json) else { throw TemplateParser.failure("invalid string literal") }
        if mark == UInt8(ascii: "'"), let rune = value.string?.unicodeScalars.first {
            return RegoValue(Int(rune.value))
        }
        return value
    }
}
