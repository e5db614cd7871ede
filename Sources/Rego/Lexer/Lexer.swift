/// Cuts a source into tokens, one at a time; a copy is a place to come back to.
struct Lexer: Sendable {
    let source: SourceText
    private(set) var offset = 0
    private(set) var row: Int32 = 1
    private(set) var column: Int32 = 1
    private(set) var comments: [Comment] = []
    private let end: Int

    init(_ source: SourceText) {
        self.source = source
        end = source.bytes.count
        if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// The next token, behind space and comments.
    mutating func next() throws(RegoError) -> Token {
        skipSpace()
        let mark = mark()
        guard let byte = peek() else { return Token(kind: .endOfFile, span: mark.span(to: offset)) }
        if Self.isLetter(byte) {
            while let next = peek(), Self.isLetter(next) || Self.isDigit(next) { step() }
            return token(.identifier, from: mark, text: slice(mark.offset, offset))
        }
        if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) == true) {
            return try number(from: mark)
        }
        switch byte {
        case UInt8(ascii: "\""):
            step()
            let text = try quoted(from: mark)
            return token(.string, from: mark, text: text)
        case UInt8(ascii: "`"):
            step()
            let text = try raw(from: mark)
            return token(.rawString, from: mark, text: text)
        case UInt8(ascii: "$") where peek(1) == UInt8(ascii: "\""):
            step(2)
            return token(.templateStart, from: mark)
        case UInt8(ascii: "$") where peek(1) == UInt8(ascii: "`"):
            step(2)
            return token(.rawTemplateStart, from: mark)
        default:
            return try punctuation(byte, from: mark)
        }
    }

    /// The error for something that starts at a mark.
    func error(_ message: String, at mark: LexerMark) -> RegoError {
        RegoError(code: .parse, message: message, location: source.location(mark.span(to: max(offset, mark.offset))))
    }

    func mark() -> LexerMark { LexerMark(offset: offset, row: row, column: column) }

    func peek(_ ahead: Int = 0) -> UInt8? {
        offset + ahead < end ? source.bytes[offset + ahead] : nil
    }

    mutating func step(_ count: Int = 1) {
        for _ in 0..<count where offset < end {
            let byte = source.bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\n") {
                row += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }

    func slice(_ from: Int, _ to: Int) -> String { String(decoding: source.bytes[from..<to], as: UTF8.self) }

    static func isLetter(_ byte: UInt8) -> Bool {
        (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x41 && byte <= 0x5A) || byte == 0x5F
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private func token(_ kind: TokenKind, from mark: LexerMark, text: String = "") -> Token {
        Token(kind: kind, span: mark.span(to: offset), text: text)
    }

    private mutating func skipSpace() {
        while let byte = peek() {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D:
                step()
            case UInt8(ascii: "#"):
                let mark = mark()
                while let next = peek(), next != 0x0A { step() }
                var last = offset
                if last > mark.offset + 1, source.bytes[last - 1] == 0x0D { last -= 1 }
                // A place that the parser came back to meets its comments twice.
                if comments.last.map({ Int($0.span.start) < mark.offset }) ?? true {
                    comments.append(Comment(text: slice(mark.offset + 1, last), span: mark.span(to: last)))
                }
            default:
                return
            }
        }
    }

    private mutating func number(from mark: LexerMark) throws(RegoError) -> Token {
        let first = peek()
        while let next = peek(), Self.isDigit(next) { step() }
        let hasLeadingZero = first == UInt8(ascii: "0") && offset - mark.offset > 1
        if peek() == UInt8(ascii: "."), peek(1).map(Self.isDigit) == true {
            step()
            while let next = peek(), Self.isDigit(next) { step() }
        }
        if let exponent = peek(), exponent | 0x20 == UInt8(ascii: "e") {
            step()
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { step() }
            guard peek().map(Self.isDigit) == true else { throw error("illegal number format", at: mark) }
            while let next = peek(), Self.isDigit(next) { step() }
        }
        if let next = peek(), Self.isLetter(next) || hasLeadingZero {
            if Self.isLetter(next) { step() }
            throw error("illegal number format", at: mark)
        }
        if hasLeadingZero { throw error("illegal number format", at: mark) }
        var text = slice(mark.offset, offset)
        if text.hasPrefix(".") { text = "0" + text }
        return token(.number, from: mark, text: text)
    }

    private mutating func punctuation(_ byte: UInt8, from mark: LexerMark) throws(RegoError) -> Token {
        let second = peek(1)
        let pair: TokenKind? =
            switch (byte, second) {
            case (UInt8(ascii: ":"), UInt8(ascii: "=")): .assign
            case (UInt8(ascii: "="), UInt8(ascii: "=")): .equal
            case (UInt8(ascii: "!"), UInt8(ascii: "=")): .notEqual
            case (UInt8(ascii: "<"), UInt8(ascii: "=")): .lessOrEqual
            case (UInt8(ascii: ">"), UInt8(ascii: "=")): .greaterOrEqual
            default: nil
            }
        if let pair {
            step(2)
            return token(pair, from: mark)
        }
        guard let kind = Self.single[byte] else {
            repeat { step() } while peek().map { $0 & 0xC0 == 0x80 } ?? false
            let text = slice(mark.offset, offset)
            if text == "!" { throw error("unexpected ! character, did you mean 'not'?", at: mark) }
            throw error("illegal token", at: mark)
        }
        step()
        return token(kind, from: mark)
    }

    private static let single: [UInt8: TokenKind] = [
        UInt8(ascii: "["): .leftBracket, UInt8(ascii: "]"): .rightBracket, UInt8(ascii: "{"): .leftBrace,
        UInt8(ascii: "}"): .rightBrace, UInt8(ascii: "("): .leftParen, UInt8(ascii: ")"): .rightParen,
        UInt8(ascii: ","): .comma, UInt8(ascii: ":"): .colon, UInt8(ascii: ";"): .semicolon,
        UInt8(ascii: "."): .dot, UInt8(ascii: "="): .unify, UInt8(ascii: "<"): .less, UInt8(ascii: ">"): .greater,
        UInt8(ascii: "+"): .plus, UInt8(ascii: "-"): .minus, UInt8(ascii: "*"): .star, UInt8(ascii: "/"): .slash,
        UInt8(ascii: "%"): .percent, UInt8(ascii: "&"): .and, UInt8(ascii: "|"): .or,
    ]
}

/// A place in the source.
struct LexerMark: Sendable {
    var offset: Int
    var row: Int32
    var column: Int32

    func span(to end: Int) -> Span {
        Span(start: Int32(clamping: offset), end: Int32(clamping: end), row: row, column: column)
    }
}
