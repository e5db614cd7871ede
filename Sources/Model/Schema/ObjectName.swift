/// The rules for names of API objects that people make: those of a DNS subdomain.
public enum ObjectName {
    /// The longest name in bytes.
    public static let maximumBytes = 253

    /// Checks a name; throws `.invalidObject`.
    public static func validate(_ name: String) throws(ModelError) {
        guard let problem = problem(with: name) else { return }
        throw ModelError(.invalidObject, "field 'metadata.name': '\(name.shownInMessage)' \(problem)")
    }

    static func problem(with name: String) -> String? {
        guard !name.isEmpty else { return "is empty" }
        guard name.utf8.count <= maximumBytes else { return "is longer than \(maximumBytes) bytes" }
        let isAllowed = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            label in
            guard let first = label.first, let last = label.last else { return false }
            return isLowercase(first) && isLowercase(last)
                && label.allSatisfy { isLowercase($0) || $0 == UInt8(ascii: "-") }
        }
        return isAllowed ? nil : "is not a name: use lower-case letters, digits, '-' and '.'"
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
