/// A text in YAML: plain, quoted, or as a block of lines.
struct YAMLScalar {
    private let value: String

    init(_ value: String) { self.value = value }

    /// The text on one line.
    var inline: String { isPlain ? value : quoted }

    /// The text as a literal block, from its indicator to the newline at its end; nil where a block cannot hold it.
    func block(indent: Int) -> String? {
        guard value.utf8.contains(0x0A), let first = value.unicodeScalars.first, first != "\n", first != " ",
            first != "\t", value.unicodeScalars.allSatisfy({ !$0.isTerminalControl || $0 == "\n" || $0 == "\t" })
        else { return nil }
        var lines = value.split(separator: "\n", omittingEmptySubsequences: false)
        let endsLine = lines.last?.isEmpty == true
        if endsLine { lines.removeLast() }
        let keepsMore = endsLine && lines.last?.isEmpty == true
        let margin = String(repeating: " ", count: indent)
        let body = lines.map { $0.isEmpty ? "\n" : margin + $0 + "\n" }.joined()
        return (endsLine ? (keepsMore ? "|+" : "|") : "|-") + "\n" + body
    }

    /// Words and signs that YAML 1.1 or 1.2 reads as something else than text.
    private static let words: Set<String> = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".inf", ".nan",
    ]
    private static let numeric = Set("0123456789abcdefABCDEFxXoOeETtZz_.:+- ")
    private static let plainSigns = Set("_-./+@=(),;~^$%#:'\"!?*&<>|[]{} ")

    private var isPlain: Bool {
        guard !Self.words.contains(value.lowercased()), let first = value.first, let last = value.last,
            value.utf8.count <= 512
        else { return false }
        guard first.isASCII ? (first.isLetter || first.isNumber || "/_.".contains(first)) : first.isLetter else {
            return false
        }
        guard last != ":", last != " " else { return false }
        // What looks like a number, a time or a version of one is quoted rather than judged.
        if first.isNumber || first == ".", value.allSatisfy(Self.numeric.contains) { return false }
        guard
            value.allSatisfy({ $0.isASCII ? $0.isLetter || $0.isNumber || Self.plainSigns.contains($0) : $0.isLetter })
        else { return false }
        return !value.contains(": ") && !value.contains(" #")
    }

    private var quoted: String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where scalar.value < 0x100 && scalar.isTerminalControl: text += "\\x" + Self.hex(scalar.value, 2)
            case _ where scalar.isTerminalControl || (0xFFFE...0xFFFF).contains(scalar.value):
                text += "\\u" + Self.hex(scalar.value, 4)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    private static func hex(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
