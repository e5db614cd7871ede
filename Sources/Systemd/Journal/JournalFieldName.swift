/// The rules for names of journal fields.
public enum JournalFieldName {
    /// The longest name that journald accepts.
    public static let lengthMaximum = 64

    /// Whether a client may send a field of this name: letters A to Z, digits and underscores, at most 64, beginning
    /// with a letter.
    ///
    /// journald keeps names with a leading underscore for itself and drops them silently.
    public static func isValid(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= lengthMaximum, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") || isDigit($0) }
    }

    static func check(_ name: String) throws(SystemdError) {
        guard isValid(name) else {
            throw SystemdError(
                .invalidArgument,
                "'\(name)' is not a name of a journal field: use A-Z, 0-9 and '_', at most 64, beginning with a letter")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
