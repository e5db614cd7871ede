/// The types of plain scalars, by YAML 1.2's core schema with one spelling of each word.
enum YAMLScalar {
    /// The value of plain text.
    ///
    /// Words other than `null`, `true` and `false` are strings, and so are `.inf` and `.nan`, which JSON has no word
    /// for.
    static func resolve(_ text: String) -> PositionedValue.Content {
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return .string(text) }
        if let integer = integer(text) { return .integer(integer) }
        if isFloat(text), let number = Double(text), number.isFinite {
            return Int64(exactly: number).map { .integer($0) } ?? .number(number)
        }
        return .string(text)
    }

    /// Whether text is a number with a leading zero, such as `0644`: octal to YAML 1.1, decimal to YAML 1.2.
    static func hasLeadingZero(_ text: String) -> Bool {
        var digits = text.utf8[...]
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        return digits.count > 1 && digits.first == UInt8(ascii: "0") && digits.allSatisfy(isDigit)
    }

    private static func integer(_ text: String) -> Int64? {
        if text.hasPrefix("0x") {
            let digits = text.dropFirst(2)
            return digits.utf8.allSatisfy { Hexadecimal.value(of: $0) != nil } ? Int64(digits, radix: 16) : nil
        }
        if text.hasPrefix("0o") {
            let digits = text.dropFirst(2)
            return digits.utf8.allSatisfy(isDigit) ? Int64(digits, radix: 8) : nil
        }
        return Int64(text)
    }

    // `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits(_ rest: inout Substring.UTF8View) -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var mantissa = digits(&rest)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            mantissa += digits(&rest)
        }
        guard mantissa > 0 else { return false }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard digits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
