/// A place in a source file.
public struct SourceLocation: Sendable, Hashable {
    /// The name of the file, as it was given to the parser.
    public let file: String
    /// The line, counted from 1.
    public let row: Int
    /// The column in characters, counted from 1.
    public let column: Int
    /// The offset in bytes from the start of the file.
    public let offset: Int
    /// The source text that stands here, where it is kept.
    public let text: String

    /// Makes a location.
    public init(file: String = "", row: Int = 0, column: Int = 0, offset: Int = 0, text: String = "") {
        self.file = file
        self.row = row
        self.column = column
        self.offset = offset
        self.text = text
    }

    /// Two locations are the same when they name the same place; the text is not looked at.
    public static func == (left: SourceLocation, right: SourceLocation) -> Bool {
        left.row == right.row && left.column == right.column && left.offset == right.offset && left.file == right.file
    }

    /// Hashes the place, without the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(row)
        hasher.combine(column)
        hasher.combine(offset)
        hasher.combine(file)
    }
}
