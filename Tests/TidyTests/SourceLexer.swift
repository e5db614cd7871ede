/// Tells code from comments and literals, for Swift and, near enough, for C.
///
/// Knows nested comments, plain, raw and multi-line strings with interpolations to any depth, extended regex literals
/// and identifiers in backticks, whose words are a test's name and not code.
struct SourceLexer {
    struct Comment {
        let line: Int
        let range: Range<Int>
    }

    private enum Context {
        /// Code; inside an interpolation it ends with the parenthesis that closes it.
        case code(openParentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var contexts: [Context] = [.code(openParentheses: 0)]
    private(set) var code: [UInt8]
    private(set) var comments: [Comment] = []
    private(set) var lineStarts = [0]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.code = bytes
        code.append(0)
    }

    mutating func run() {
        while position < bytes.count {
            switch contexts[contexts.count - 1] {
            case .code(let depth): stepInCode(openParentheses: depth)
            case .string(let hashes, let isMultiline): stepInString(hashes: hashes, isMultiline: isMultiline)
            }
        }
    }

    private mutating func stepInCode(openParentheses depth: Int) {
        switch bytes[position] {
        case UInt8(ascii: "\n"):
            keepLine()
        case UInt8(ascii: "/"):
            if peek(1) == UInt8(ascii: "/") {
                skipLineComment()
            } else if peek(1) == UInt8(ascii: "*") {
                skipBlockComment()
            } else {
                position += 1
            }
        case UInt8(ascii: "\""):
            openString(hashes: 0)
        case UInt8(ascii: "#"):
            var hashes = 1
            while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
            if peek(hashes) == UInt8(ascii: "\"") {
                position += hashes
                openString(hashes: hashes)
            } else if peek(hashes) == UInt8(ascii: "/") {
                skipRegex(hashes: hashes)
            } else {
                position += hashes
            }
        case UInt8(ascii: "`"):
            skipBackticks()
        case UInt8(ascii: "'"):
            skipCharacter()
        case UInt8(ascii: "("):
            if contexts.count > 1 { contexts[contexts.count - 1] = .code(openParentheses: depth + 1) }
            position += 1
        case UInt8(ascii: ")"):
            position += 1
            guard contexts.count > 1 else { return }
            if depth == 1 {
                contexts.removeLast()
            } else {
                contexts[contexts.count - 1] = .code(openParentheses: depth - 1)
            }
        default:
            position += 1
        }
    }

    private mutating func stepInString(hashes: Int, isMultiline: Bool) {
        switch bytes[position] {
        case UInt8(ascii: "\n"):
            keepLine()
            // A string that is not closed on its line is an error, or C; code goes on.
            if !isMultiline { contexts.removeLast() }
        case UInt8(ascii: "\\") where areHashes(hashes, from: 1):
            if peek(1 + hashes) == UInt8(ascii: "(") {
                code[position] = SourceText.interpolation
                for offset in 0..<hashes { code[position + 1 + offset] = 0x20 }
                position += 1 + hashes
                contexts.append(.code(openParentheses: 0))
            } else {
                blank(1 + hashes)
                if position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank(1) }
            }
        case UInt8(ascii: "\""):
            let quotes = isMultiline ? 3 : 1
            let isEnd = (0..<quotes).allSatisfy { peek($0) == UInt8(ascii: "\"") } && areHashes(hashes, from: quotes)
            if isEnd {
                position += quotes + hashes
                contexts.removeLast()
            } else {
                blank(1)
            }
        default:
            blank(1)
        }
    }

    private mutating func openString(hashes: Int) {
        let isMultiline = peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"")
        position += isMultiline ? 3 : 1
        contexts.append(.string(hashes: hashes, isMultiline: isMultiline))
    }

    private mutating func skipLineComment() {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank(1) }
        comments.append(Comment(line: lineStarts.count, range: start..<position))
    }

    private mutating func skipBlockComment() {
        let start = position
        let line = lineStarts.count
        var depth = 0
        repeat {
            if bytes[position] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                depth += 1
                blank(2)
            } else if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                depth -= 1
                blank(2)
            } else if bytes[position] == UInt8(ascii: "\n") {
                keepLine()
            } else {
                blank(1)
            }
        } while depth > 0 && position < bytes.count
        comments.append(Comment(line: line, range: start..<position))
    }

    private mutating func skipRegex(hashes: Int) {
        position += hashes + 1
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "/"), areHashes(hashes, from: 1) {
                position += 1 + hashes
                return
            }
            if bytes[position] == UInt8(ascii: "\n") { keepLine() } else { blank(1) }
        }
    }

    private mutating func skipBackticks() {
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "`"), bytes[position] != UInt8(ascii: "\n") {
            blank(1)
        }
        if peek(0) == UInt8(ascii: "`") { position += 1 }
    }

    /// A character of C, which may be a quote; Swift has none.
    private mutating func skipCharacter() {
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "'"), bytes[position] != UInt8(ascii: "\n") {
            blank(bytes[position] == UInt8(ascii: "\\") ? 2 : 1)
        }
        if peek(0) == UInt8(ascii: "'") { position += 1 }
    }

    private mutating func keepLine() {
        position += 1
        lineStarts.append(position)
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < bytes.count {
            code[position] = 0x20
            position += 1
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private func areHashes(_ count: Int, from distance: Int) -> Bool {
        for offset in 0..<count where peek(distance + offset) != UInt8(ascii: "#") { return false }
        return true
    }
}
