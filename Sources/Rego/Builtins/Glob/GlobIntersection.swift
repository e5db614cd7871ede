/// Whether two simple globs (`.`, `*`, `+`, `[a-z]`, `\`) have a text in common, for `regex.globs_match`.
enum GlobIntersection {
    /// One character class, taken once, at least once, or any number of times.
    struct Token {
        var runes: RuneClass
        var isOptional = false
        var isRepeated = false
    }

    static func isNonEmpty(
        _ left: RegoString, _ right: RegoString, _ context: BuiltinContext
    ) throws(BuiltinError) -> Bool {
        let first = try tokens(left)
        let second = try tokens(right)
        // What can be reached: a pair of places, one in each glob.
        var seen = [Bool](repeating: false, count: (first.count + 1) * (second.count + 1))
        var pending = [(0, 0)]
        while let (row, column) = pending.popLast() {
            let cell = row * (second.count + 1) + column
            if seen[cell] { continue }
            seen[cell] = true
            try context.spend()
            if row == first.count, column == second.count { return true }
            if row < first.count, first[row].isOptional { pending.append((row + 1, column)) }
            if column < second.count, second[column].isOptional { pending.append((row, column + 1)) }
            guard row < first.count, column < second.count, overlap(first[row].runes, second[column].runes) else {
                continue
            }
            // A token that repeats may be left or kept; once taken, keeping it makes it optional, which staying covers.
            pending.append((row + 1, column + 1))
            if first[row].isRepeated, first[row].isOptional { pending.append((row, column + 1)) }
            if second[column].isRepeated, second[column].isOptional { pending.append((row + 1, column)) }
        }
        return false
    }

    private static func overlap(_ left: RuneClass, _ right: RuneClass) -> Bool {
        left.ranges.contains { range in right.ranges.contains { range.overlaps($0) } }
    }

    private static func tokens(_ glob: RegoString) throws(BuiltinError) -> [Token] {
        let text = glob.runes
        var made: [Token] = []
        var offset = 0
        while offset < text.count {
            var token: Token
            switch Unicode.Scalar(text[offset]) {
            case ".": token = Token(runes: .all)
            case "*", "+": throw invalid(glob, "repetition without a character before it")
            case "\\":
                offset += 1
                guard offset < text.count else { throw invalid(glob, "backslash at the end") }
                token = Token(runes: RuneClass([text[offset]...text[offset]]))
            case "[": token = Token(runes: try bracket(text, &offset, glob))
            case "]": throw invalid(glob, "unexpected ]")
            default: token = Token(runes: RuneClass([text[offset]...text[offset]]))
            }
            offset += 1
            guard offset < text.count else {
                made.append(token)
                break
            }
            if text[offset] == 0x2A {
                token.isOptional = true
                token.isRepeated = true
                offset += 1
                made.append(token)
            } else if text[offset] == 0x2B {
                // x+ is x followed by x*.
                offset += 1
                made.append(token)
                token.isOptional = true
                token.isRepeated = true
                made.append(token)
            } else {
                made.append(token)
            }
        }
        return made
    }

    private static func bracket(
        _ text: [UInt32], _ offset: inout Int, _ glob: RegoString
    ) throws(BuiltinError) -> RuneClass {
        var ranges: [ClosedRange<UInt32>] = []
        offset += 1
        while offset < text.count, text[offset] != 0x5D {
            var low = text[offset]
            if low == 0x5C, offset + 1 < text.count {
                offset += 1
                low = text[offset]
            }
            if offset + 2 < text.count, text[offset + 1] == 0x2D, text[offset + 2] != 0x5D {
                var high = text[offset + 2]
                offset += 2
                if high == 0x5C, offset + 1 < text.count {
                    offset += 1
                    high = text[offset]
                }
                guard low <= high else { throw invalid(glob, "range out of order") }
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
            offset += 1
        }
        guard offset < text.count, !ranges.isEmpty else { throw invalid(glob, "bracket without an end") }
        return RuneClass(ranges)
    }

    private static func invalid(_ glob: RegoString, _ reason: String) -> BuiltinError {
        BuiltinError("input:\(glob.string), pos:0, \(reason): the input provided is invalid")
    }
}
