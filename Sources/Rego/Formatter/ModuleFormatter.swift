/// Lays a module out as `opa fmt` does: lines break where the source breaks them between elements, never within an
/// operator; comments stay with what they stand at.
struct ModuleFormatter {
    let module: RegoModule
    /// Whether a body of one expression may stand behind its `if` without braces.
    let allowsInlineBodies: Bool
    let usesIf: Bool
    let usesContains: Bool
    /// Whether a head of the module has more than two terms, so that all heads are written as references.
    let hasReferenceHeads: Bool
    private let bytes: [UInt8]
    private let lineStarts: [Int]
    private let comments: [Comment]
    private let areTrailing: [Bool]

    private(set) var output: [UInt8] = []
    private var next = 0
    private var isAtLineStart = true
    var depth = 0
    /// Whether the module goes deeper than the stack of this thread.
    var isTooDeep = false

    init(_ module: RegoModule, allowsInlineBodies: Bool = true) {
        self.module = module
        self.allowsInlineBodies = allowsInlineBodies
        let bytes = module.source.bytes
        let imported = Set(module.imports.map { $0.names.joined(separator: ".") })
        let hasAll = module.version == .v1 || imported.contains("future.keywords")
        usesIf = hasAll || imported.contains("future.keywords.if")
        usesContains = hasAll || imported.contains("future.keywords.contains")
        hasReferenceHeads = module.rules.contains { rule in
            rule.head.terms.count > 2 || (rule.head.terms.count == 2 && rule.head.key != nil)
        }
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        comments = module.comments
        areTrailing = module.comments.map { comment in
            var offset = Int(comment.span.start) - 1
            while offset >= 0, bytes[offset] != UInt8(ascii: "\n") {
                guard Self.isSpace(bytes[offset]) else { return true }
                offset -= 1
            }
            return false
        }
    }

    // MARK: Source

    /// The row that an offset lies in, counted from 1.
    func row(_ offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    func text(from start: Int, to end: Int) -> String {
        guard start >= 0, start <= end, end <= bytes.count else { return "" }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Where a byte stands behind an offset, with nothing but space, comments and punctuation between them.
    func find(_ byte: UInt8, after offset: Int) -> Int? {
        var offset = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case byte: return offset
            case UInt8(ascii: "#"):
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "]"), UInt8(ascii: ")"): offset += 1
            case let other where Self.isSpace(other): offset += 1
            default: return nil
            }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    // MARK: Lines

    mutating func write(_ text: String) {
        guard !text.isEmpty else { return }
        if isAtLineStart { output += [UInt8](repeating: 0x09, count: depth) }
        isAtLineStart = false
        output += Array(text.utf8)
    }

    mutating func newLine() {
        output.append(UInt8(ascii: "\n"))
        isAtLineStart = true
    }

    /// Leaves one line empty, but at the start of the text.
    mutating func blankLine() {
        if !isAtLineStart { newLine() }
        guard !output.isEmpty, !output.suffix(2).elementsEqual([0x0A, 0x0A]) else { return }
        newLine()
    }

    /// Ends a line whose code ends at an offset, with the comments that stand within it or behind it.
    mutating func endLine(at end: Int, before limit: Int = .max) {
        let last = row(max(end - 1, 0))
        var isFirst = true
        while let comment = pendingComment(before: limit), isPart(comment, of: end, lastRow: last) {
            if isFirst { write(" ") } else { newLine() }
            writeComment()
            isFirst = false
        }
        newLine()
    }

    private func isPart(_ comment: Comment, of end: Int, lastRow: Int) -> Bool {
        Int(comment.span.start) < end || (areTrailing[next] && Int(comment.span.row) == lastRow)
    }

    /// Ends the line that opens something, with the comment that stands behind it.
    mutating func endOpeningLine(before first: Int) {
        if pendingComment(before: first) != nil, areTrailing[next] {
            write(" ")
            writeComment()
        }
        newLine()
    }

    // MARK: Comments

    /// The next comment that was not written, when it stands before an offset.
    func pendingComment(before offset: Int) -> Comment? {
        guard next < comments.count, Int(comments[next].span.start) < offset else { return nil }
        return comments[next]
    }

    /// Whether a comment that was not written and has a line of its own stands before an offset.
    func hasOwnLineComment(before offset: Int) -> Bool {
        var index = next
        while index < comments.count, Int(comments[index].span.start) < offset {
            if !areTrailing[index] { return true }
            index += 1
        }
        return false
    }

    mutating func writeComment() {
        var text = comments[next].text[...]
        while let last = text.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
            text = text.dropLast()
        }
        write("#" + text)
        next += 1
    }

    /// Writes the comments before an offset, each on its line; gives the row of the last one.
    @discardableResult
    mutating func writeComments(before offset: Int, after row: Int? = nil, keepsBlankLines: Bool = true) -> Int? {
        var last = row
        while let comment = pendingComment(before: offset) {
            if keepsBlankLines, let last, Int(comment.span.row) - last > 1 { blankLine() }
            last = Int(comment.span.row)
            writeComment()
            newLine()
        }
        return last
    }

    // MARK: Places to come back to

    struct Mark {
        fileprivate let length: Int
        fileprivate let next: Int
        fileprivate let isAtLineStart: Bool
    }

    func mark() -> Mark { Mark(length: output.count, next: next, isAtLineStart: isAtLineStart) }

    mutating func restore(_ mark: Mark) {
        output.removeLast(output.count - mark.length)
        next = mark.next
        isAtLineStart = mark.isAtLineStart
    }

    /// Whether the text behind a mark stands on one line.
    func isOneLine(since mark: Mark) -> Bool {
        !output[mark.length...].dropLast().contains(UInt8(ascii: "\n"))
    }

    /// Whether the comments up to the end of a text on one line can all stand behind that line: one at most.
    func fitsOneLine(to end: Int) -> Bool {
        guard pendingComment(before: end) != nil else { return true }
        guard areTrailing[next] else { return false }
        guard next + 1 < comments.count else { return true }
        let second = comments[next + 1]
        return Int(second.span.start) >= end
            && !(areTrailing[next + 1] && Int(second.span.row) == row(max(end - 1, 0)))
    }

    /// Writes a piece of the source as it is, with its comments.
    mutating func writeSource(from start: Int, to end: Int) {
        write(text(from: start, to: end))
        while pendingComment(before: end) != nil { next += 1 }
    }
}

extension ModuleFormatter {
    /// Puts other text in place of what was written since a mark.
    mutating func replace(from mark: Mark, with bytes: [UInt8]) {
        let next = self.next
        restore(mark)
        output += bytes
        self.next = next
        isAtLineStart = true
    }

    /// Takes the empty line away that stands before a mark.
    mutating func removeBlankLine(before mark: Mark) {
        let offset = mark.length - 1
        guard offset > 0, output[offset] == UInt8(ascii: "\n"), output[offset - 1] == UInt8(ascii: "\n") else { return }
        output.remove(at: offset)
    }
}
