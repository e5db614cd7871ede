/// Finds where a part of a scalar's value stands in the text from which the scalar was read.
///
/// Quotes, escapes, indentation and folded lines move it.
public enum ScalarPlace {
    private enum Style {
        case plain
        case singleQuoted
        case doubleQuoted
    }

    /// The line and the column in characters, both from 1, of a byte of the value; nil where the text does not hold the
    /// value at that place.
    ///
    /// `line` and `column` are those of the scalar, as a `PositionedValue` has them.
    public static func place(
        ofByte offset: Int, of value: String, scalarAt line: Int, _ column: Int, in file: [UInt8]
    ) -> (line: Int, column: Int)? {
        let text = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
        let bytes = Array(value.utf8)
        guard var start = index(line: line, column: column, in: text) else { return nil }
        // An anchor and a tag stand before the scalar, and count as its beginning.
        while start < text.count, text[start] == UInt8(ascii: "&") || text[start] == UInt8(ascii: "!") {
            while start < text.count, !isBlank(text[start]) { start += 1 }
            while start < text.count, isBlank(text[start]) { start += 1 }
        }
        guard start < text.count else { return nil }
        let offset = min(max(0, offset), bytes.count)
        let found: Int?
        switch text[start] {
        case UInt8(ascii: "|"): found = literal(offset, of: bytes, in: text, after: start)
        case UInt8(ascii: ">"):
            found = aligned(offset, of: bytes, in: text, from: endOfLine(start, in: text), .plain)
        case UInt8(ascii: "'"): found = aligned(offset, of: bytes, in: text, from: start + 1, .singleQuoted)
        case UInt8(ascii: "\""): found = aligned(offset, of: bytes, in: text, from: start + 1, .doubleQuoted)
        default: found = aligned(offset, of: bytes, in: text, from: start, .plain)
        }
        return found.map { TextPlace.of(byte: $0, in: text) }
    }

    /// The byte at a line and a column in characters.
    private static func index(line: Int, column: Int, in text: [UInt8]) -> Int? {
        guard line > 0, column > 0 else { return nil }
        var index = 0
        for _ in 1..<line {
            guard let end = text[index...].firstIndex(of: 0x0A) else { return nil }
            index = end + 1
        }
        var left = column - 1
        while left > 0 {
            guard index < text.count, text[index] != 0x0A else { return nil }
            index += 1
            while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
            left -= 1
        }
        return index
    }

    /// In a literal block each line of the value is a line of the text, further in.
    private static func literal(_ offset: Int, of value: [UInt8], in text: [UInt8], after header: Int) -> Int? {
        let before = value[..<offset]
        let row = before.count { $0 == 0x0A }
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        var indent: Int?
        var start = endOfLine(header, in: text) + 1
        let valueSpaces = leadingSpaces(of: value.split(separator: 0x0A, omittingEmptySubsequences: true).first ?? [])
        var place = start
        for number in 0... {
            guard start <= text.count else { return nil }
            if number == row { place = start }
            let end = endOfLine(start, in: text)
            let line = text[start..<end]
            if indent == nil, !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) {
                indent = leadingSpaces(of: line) - valueSpaces
            }
            if number >= row, indent != nil || end >= text.count { break }
            start = end + 1
        }
        let column = max(0, indent ?? 0) + offset - lineStart
        return min(place + column, endOfLine(place, in: text))
    }

    /// Goes through value and text side by side.
    private static func aligned(
        _ offset: Int, of value: [UInt8], in text: [UInt8], from start: Int, _ style: Style
    ) -> Int? {
        var (place, done) = (start, 0)
        while true {
            if place < text.count, isBlank(text[place]), let end = endOfFold(place, in: text) {
                place = end
                while done < value.count, isBlank(value[done]) { done += 1 }
                if done < offset { continue }
                return place
            }
            guard done < offset else { return place }
            guard place < text.count else { return nil }
            switch (style, text[place]) {
            case (.singleQuoted, UInt8(ascii: "'")):
                guard value[done] == UInt8(ascii: "'") else { return nil }
                (place, done) = (place + 2, done + 1)
            case (.doubleQuoted, UInt8(ascii: "\\")):
                guard place + 1 < text.count else { return nil }
                if isBlank(text[place + 1]), text[place + 1] != 0x20, text[place + 1] != 0x09 {
                    place = endOfBlanks(place + 1, in: text)
                } else {
                    place += escapeLength(text[place + 1])
                    repeat { done += 1 } while done < value.count && value[done] & 0xC0 == 0x80
                }
            case (_, let byte):
                guard byte == value[done] else { return nil }
                (place, done) = (place + 1, done + 1)
            }
        }
    }

    /// How many bytes of text an escape takes.
    private static func escapeLength(_ letter: UInt8) -> Int {
        switch letter {
        case UInt8(ascii: "x"): 4
        case UInt8(ascii: "u"): 6
        case UInt8(ascii: "U"): 10
        default: 2
        }
    }

    /// Where blanks end that hold the end of a line; nil where they hold none.
    private static func endOfFold(_ start: Int, in text: [UInt8]) -> Int? {
        let end = endOfBlanks(start, in: text)
        return text[start..<end].contains(0x0A) ? end : nil
    }

    private static func endOfBlanks(_ start: Int, in text: [UInt8]) -> Int {
        text[start...].firstIndex { !isBlank($0) } ?? text.count
    }

    private static func endOfLine(_ start: Int, in text: [UInt8]) -> Int {
        text[min(start, text.count)...].firstIndex(of: 0x0A) ?? text.count
    }

    private static func leadingSpaces(of line: some Sequence<UInt8>) -> Int {
        var count = 0
        for byte in line {
            guard byte == 0x20 else { break }
            count += 1
        }
        return count
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
