/// Where a node stands in its source, in few bytes; `SourceText` makes a location of it.
struct Span: Sendable, Hashable {
    var start: Int32
    var end: Int32
    var row: Int32
    var column: Int32

    static let none = Span(start: 0, end: 0, row: 0, column: 0)

    /// The span from here to the end of another.
    func through(_ other: Span) -> Span {
        Span(start: start, end: max(end, other.end), row: row, column: column)
    }

    func through(end: Int) -> Span {
        Span(start: start, end: max(start, Int32(clamping: end)), row: row, column: column)
    }
}

/// The text that was parsed, with its name.
final class SourceText: Sendable {
    let name: String
    let bytes: [UInt8]

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    func text(_ span: Span) -> String {
        guard span.start >= 0, span.end >= span.start, Int(span.end) <= bytes.count else { return "" }
        return String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
    }

    func location(_ span: Span) -> SourceLocation {
        SourceLocation(
            file: name, row: Int(span.row), column: Int(span.column), offset: Int(span.start), text: text(span))
    }
}
