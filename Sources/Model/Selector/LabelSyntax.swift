/// The syntax of label keys and values, as in Kubernetes.
enum LabelSyntax {
    private static let maximumNameBytes = 63

    /// What is wrong with a key, `[PREFIX/]NAME`; nil when it fits.
    static func problem(withKey key: String) -> String? {
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, let problem = ObjectName.problem(with: String(parts[0])) {
            return "has a prefix that \(problem)"
        }
        return isName(parts[parts.count - 1], allowsEmpty: false)
            ? nil : "is not a label key: use at most 63 letters, digits, '-', '_' and '.', after an optional 'prefix/'"
    }

    /// What is wrong with a value; nil when it fits.
    static func problem(withValue value: String) -> String? {
        isName(Substring(value), allowsEmpty: true)
            ? nil : "is not a label value: use at most 63 letters, digits, '-', '_' and '.'"
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isName(_ text: Substring, allowsEmpty: Bool) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return allowsEmpty }
        return text.utf8.count <= maximumNameBytes && isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }
}
