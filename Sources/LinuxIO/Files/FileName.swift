/// The rules for one name within a directory.
public enum FileName {
    /// The longest name that Linux takes, in bytes.
    public static let lengthMaximum = 255

    /// Whether a name is one component that operations in a directory take: not empty, `.` or `..`, no `/`, no NUL,
    /// at most 255 bytes.
    public static func isValid(_ name: String) -> Bool {
        isValid(utf8: name.utf8)
    }

    /// Whether raw bytes are one such component.
    public static func isValid(_ name: [UInt8]) -> Bool {
        isValid(utf8: name)
    }

    static func isValid(utf8 bytes: some Collection<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= lengthMaximum else { return false }
        if bytes.count <= 2, bytes.allSatisfy({ $0 == UInt8(ascii: ".") }) { return false }
        return !bytes.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }
}
