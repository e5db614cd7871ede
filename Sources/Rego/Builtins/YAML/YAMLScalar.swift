/// What a plain scalar of YAML 1.1 stands for, as go-yaml resolves it.
enum YAMLScalar {
    static func resolve(_ text: String) -> RegoValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": return true
        case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF": return false
        default: return number(text) ?? RegoValue(text)
        }
    }

    /// True when a text written plainly would read back as something else.
    static func needsQuotes(_ text: String) -> Bool {
        if case .string = resolve(text) {
            return isSexagesimal(text) || isTimestamp(text) || isBoundless(text) || text == "<<" || text == "="
        }
        return true
    }

    /// True for the numbers of YAML that JSON does not have.
    static func isBoundless(_ text: String) -> Bool {
        let magnitude = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        return [".inf", ".Inf", ".INF"].contains(magnitude) || [".nan", ".NaN", ".NAN"].contains(text)
    }

    private static func number(_ text: String) -> RegoValue? {
        guard let first = text.utf8.first, first == 43 || first == 45 || first == 46 || first &- 48 <= 9 else {
            return nil
        }
        let plain = text.replacing("_", with: "")
        let isNegative = plain.hasPrefix("-")
        let magnitude = plain.first == "-" || plain.first == "+" ? String(plain.dropFirst()) : plain
        if let integer = integer(magnitude) { return RegoValue(isNegative ? -integer : integer) }
        if isDecimal(magnitude), let number = RegoNumber(text: (isNegative ? "-" : "") + magnitude) {
            return .number(number)
        }
        guard isFloat(magnitude), let value = Double(plain), let number = RegoNumber(value) else { return nil }
        return .number(number)
    }

    private static func integer(_ magnitude: String) -> Int? {
        if magnitude.hasPrefix("0x") || magnitude.hasPrefix("0X") { return Int(magnitude.dropFirst(2), radix: 16) }
        if magnitude.hasPrefix("0b") { return Int(magnitude.dropFirst(2), radix: 2) }
        if magnitude.hasPrefix("0o") { return Int(magnitude.dropFirst(2), radix: 8) }
        guard magnitude.utf8.allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
        if magnitude.utf8.count > 1, magnitude.hasPrefix("0") { return Int(magnitude, radix: 8) }
        return Int(magnitude)
    }

    private static func isDecimal(_ text: String) -> Bool { text.utf8.allSatisfy { $0 &- 48 <= 9 } }

    /// [0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)? with at least one digit.
    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        let whole = rest.prefix { $0 &- 48 <= 9 }
        rest = rest[whole.endIndex...]
        var fraction = rest[rest.startIndex..<rest.startIndex]
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix { $0 &- 48 <= 9 }
            rest = rest[fraction.endIndex...]
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        guard let mark = rest.first else { return true }
        guard mark | 0x20 == UInt8(ascii: "e") else { return false }
        rest = rest.dropFirst()
        if rest.first == 43 || rest.first == 45 { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy { $0 &- 48 <= 9 }
    }

    /// Base 60, which YAML 1.1 knows: 190:20:30.
    private static func isSexagesimal(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count > 1, let first = text.utf8.first, first == 43 || first == 45 || first &- 48 <= 9 else {
            return false
        }
        return parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { $0 &- 48 <= 9 || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 95 }
        }
    }

    private static func isTimestamp(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 8, bytes[..<4].allSatisfy({ $0 &- 48 <= 9 }), bytes[4] == 45 else { return false }
        return bytes.allSatisfy { $0 &- 48 <= 9 || [45, 58, 46, 43, 84, 116, 90, 122, 32].contains($0) }
    }
}
