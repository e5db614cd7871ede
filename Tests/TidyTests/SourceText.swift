import Glibc

/// One source file as the rules see it: its code with comments and the content of literals blanked, byte for byte.
struct SourceText {
    struct Comment {
        let line: Int
        let text: String
    }

    /// Stands in `code` for the backslash that opens an interpolation.
    static let interpolation: UInt8 = 1

    let path: String
    let bytes: [UInt8]
    /// As long as the text, then a NUL.
    ///
    /// Quotes and new lines stay, and so does the code inside interpolations.
    let code: [UInt8]
    let comments: [Comment]
    /// The offset at which each line starts.
    let lineStarts: [Int]

    init(path: String, _ text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    init(path: String, bytes: [UInt8]) {
        var lexer = SourceLexer(bytes)
        lexer.run()
        self.path = path
        self.bytes = bytes
        self.code = lexer.code
        self.lineStarts = lexer.lineStarts
        self.comments = lexer.comments.map { comment in
            Comment(line: comment.line, text: String(decoding: bytes[comment.range], as: UTF8.self))
        }
    }

    /// The number of lines; a new line at the end starts no further one.
    var lineCount: Int { lineStarts.count - (lineStarts.last == bytes.count ? 1 : 0) }

    /// The line, from 1, that an offset is on.
    func line(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The offsets in the code at which `needle` stands with no identifier running into its identifier ends.
    func occurrences(of needle: String) -> [Int] {
        let count = needle.utf8.count
        let startsAsWord = needle.utf8.first.map(isIdentifier) ?? false
        let endsAsWord = needle.utf8.last.map(isIdentifier) ?? false
        var found: [Int] = []
        // Safety: `code` ends with a NUL and does not change during the call, and the offsets stay within it.
        code.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            var position = start
            while let hit = strstr(position, needle) {
                let offset = start.distance(to: hit)
                let isInside = startsAsWord && offset > 0 && isIdentifier(buffer[offset - 1])
                let goesOn = endsAsWord && isIdentifier(buffer[offset + count])
                if !isInside && !goesOn { found.append(offset) }
                position = UnsafePointer(hit + 1)
            }
        }
        return found
    }

    /// The offset of the next byte of code from `offset` on that is not white space; the end of the text at the latest.
    func skippingSpace(from offset: Int) -> Int {
        var offset = offset
        while offset < code.count - 1, isSpace(code[offset]) { offset += 1 }
        return offset
    }

    /// The identifier at `offset`, in backticks or not.
    func identifier(at offset: Int) -> String {
        var end = offset
        while isIdentifier(code[end]) || code[end] == UInt8(ascii: ".") { end += 1 }
        return String(decoding: code[offset..<end], as: UTF8.self)
    }

    /// The last word or symbol of code before `offset`: an identifier, or a run of other characters.
    func wordBefore(_ offset: Int) -> String {
        var end = offset
        while end > 0, isSpace(code[end - 1]) { end -= 1 }
        var start = end
        while start > 0, isIdentifier(code[start - 1]) { start -= 1 }
        if start == end {
            while start > 0, !isIdentifier(code[start - 1]), !isSpace(code[start - 1]) { start -= 1 }
        }
        return String(decoding: code[start..<end], as: UTF8.self)
    }

    /// The offset behind the bracket that closes the one at `offset`; the end of the text when nothing does.
    func closing(of offset: Int) -> Int {
        var depth = 0
        var position = offset
        while position < code.count - 1 {
            switch code[position] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return position + 1 }
            default: break
            }
            position += 1
        }
        return position
    }

    /// The code between two offsets as text.
    func text(_ range: Range<Int>) -> String {
        String(decoding: code[range], as: UTF8.self)
    }
}

/// Whether a byte can stand in an identifier; every byte of a character outside ASCII can.
func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
    default: false
    }
}

/// Whether a byte is white space.
func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x09 || byte == 0x0d
}
