extension RegexParser {
    /// Reads what begins with a backslash outside of brackets.
    mutating func escape() throws(RegexError) -> RegexNode {
        let start = offset
        guard offset + 1 < text.count else {
            throw RegexError("trailing backslash at end of expression", "")
        }
        switch Unicode.Scalar(text[offset + 1]) {
        case "A":
            offset += 2
            return .assertion(.beginText)
        case "z":
            offset += 2
            return .assertion(.endText)
        case "b":
            offset += 2
            return .assertion(.wordBoundary)
        case "B":
            offset += 2
            return .assertion(.noWordBoundary)
        case "C": throw RegexError("invalid escape sequence", text[start..<start + 2])
        default: break
        }
        if let known = try escapedClass() { return .runes(known) }
        return literal(try escapedRune())
    }

    /// Reads `\d`, `\w`, `\s`, `\p{…}` and their opposites, or answers nil.
    mutating func escapedClass() throws(RegexError) -> RuneClass? {
        guard offset + 1 < text.count else { return nil }
        let known: RuneClass
        var isInverted = false
        switch Unicode.Scalar(text[offset + 1]) {
        case "d": known = NamedClasses.digit
        case "w": known = NamedClasses.word
        case "s": known = NamedClasses.space
        case "D": (known, isInverted) = (NamedClasses.digit, true)
        case "W": (known, isInverted) = (NamedClasses.word, true)
        case "S": (known, isInverted) = (NamedClasses.space, true)
        case "p", "P": return try unicodeClass()
        default: return nil
        }
        offset += 2
        let folded = flags.ignoresCase ? known.folded : known
        return isInverted ? folded.inverted : folded
    }

    private mutating func unicodeClass() throws(RegexError) -> RuneClass {
        let start = offset
        var isInverted = text[offset + 1] == 0x50
        offset += 2
        guard let character = next else { throw RegexError("invalid character class range", text[start...]) }
        var name: ArraySlice<UInt32>
        if character == 0x7B {
            guard let close = text[offset...].firstIndex(of: 0x7D) else {
                throw RegexError("invalid character class range", text[start...])
            }
            name = text[(offset + 1)..<close]
            offset = close + 1
        } else {
            name = text[offset...offset]
            offset += 1
        }
        if name.first == 0x5E {
            isInverted.toggle()
            name.removeFirst()
        }
        guard let known = UnicodeClasses.named(RegoString(runes: name).string) else {
            throw RegexError("invalid character class range", text[start..<offset])
        }
        let folded = flags.ignoresCase ? known.folded : known
        return isInverted ? folded.inverted : folded
    }

    /// Reads one character after a backslash.
    mutating func escapedRune() throws(RegexError) -> UInt32 {
        let start = offset
        offset += 1
        guard let character = next else { throw RegexError("trailing backslash at end of expression", "") }
        offset += 1
        switch Unicode.Scalar(character) {
        case "a": return 7
        case "f": return 12
        case "t": return 9
        case "n": return 10
        case "r": return 13
        case "v": return 11
        case "x": return try hexadecimalRune(from: start)
        case "0": return octalRune(0, most: 2)
        case "1", "2", "3", "4", "5", "6", "7":
            // One digit alone would be a back-reference, which no regular language has.
            if let second = next, (48...55).contains(second) { return octalRune(character - 48, most: 2) }
            throw RegexError("invalid escape sequence", text[start..<offset])
        default:
            let isWord =
                (48...57).contains(character) || (65...90).contains(character) || (97...122).contains(character)
            if character < 128, !isWord { return character }
            throw RegexError("invalid escape sequence", text[start..<offset])
        }
    }

    private mutating func octalRune(_ first: UInt32, most: Int) -> UInt32 {
        var value = first
        for _ in 0..<most {
            guard let digit = next, (48...55).contains(digit) else { break }
            value = value * 8 + digit - 48
            offset += 1
        }
        return value
    }

    private mutating func hexadecimalRune(from start: Int) throws(RegexError) -> UInt32 {
        func digit(_ rune: UInt32?) -> UInt32? {
            switch rune {
            case .some(let rune) where (48...57).contains(rune): rune - 48
            case .some(let rune) where (65...70).contains(rune): rune - 55
            case .some(let rune) where (97...102).contains(rune): rune - 87
            default: nil
            }
        }
        if take("{") {
            var value: UInt32 = 0
            var count = 0
            while let next = digit(self.next) {
                value = value * 16 + next
                count += 1
                offset += 1
                if value > RuneClass.maximum { throw RegexError("invalid escape sequence", text[start..<offset]) }
            }
            guard count > 0, take("}") else {
                throw RegexError("invalid escape sequence", text[start..<Swift.min(offset + 1, text.count)])
            }
            return value
        }
        guard let high = digit(next) else { throw RegexError("invalid escape sequence", text[start..<offset]) }
        offset += 1
        guard let low = digit(next) else { throw RegexError("invalid escape sequence", text[start..<offset]) }
        offset += 1
        return high * 16 + low
    }

    /// Reads `[…]`.
    mutating func bracketClass() throws(RegexError) -> RuneClass {
        let start = offset
        offset += 1
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        // Negated classes match newlines, as Perl's do.
        var isFirst = true
        while isFirst || next != 0x5D {
            guard let character = next else { throw RegexError("missing closing ]", text[start...]) }
            isFirst = false
            if starts(with: "[:"), let known = try posixClass() {
                ranges += known.ranges
                continue
            }
            if character == 0x5C, let known = try escapedClass() {
                ranges += known.ranges
                continue
            }
            ranges.append(try classRange(from: start))
        }
        offset += 1
        let made = RuneClass(ranges)
        let folded = flags.ignoresCase ? made.folded : made
        return isInverted ? folded.inverted : folded
    }

    private mutating func classRange(from start: Int) throws(RegexError) -> ClosedRange<UInt32> {
        let begin = offset
        let low = try classRune(from: start)
        var high = low
        if next == 0x2D, offset + 1 < text.count, text[offset + 1] != 0x5D {
            offset += 1
            high = try classRune(from: start)
            if high < low { throw RegexError("invalid character class range", text[begin..<offset]) }
        }
        return low...high
    }

    private mutating func classRune(from start: Int) throws(RegexError) -> UInt32 {
        guard let character = next else { throw RegexError("missing closing ]", text[start...]) }
        if character == 0x5C { return try escapedRune() }
        offset += 1
        return character
    }

    private mutating func posixClass() throws(RegexError) -> RuneClass? {
        guard let close = text[(offset + 2)...].firstIndex(of: 0x5D), close > offset + 2, text[close - 1] == 0x3A else {
            return nil
        }
        var name = text[(offset + 2)..<(close - 1)]
        let shown = text[offset...close]
        let isInverted = name.first == 0x5E
        if isInverted { name.removeFirst() }
        guard let known = NamedClasses.posix[RegoString(runes: name).string] else {
            throw RegexError("invalid character class range", shown)
        }
        offset = close + 1
        let folded = flags.ignoresCase ? known.folded : known
        return isInverted ? folded.inverted : folded
    }
}
