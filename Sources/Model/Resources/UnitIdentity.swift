/// The rules for names of systemd units that a blueprint may name.
enum UnitIdentity {
    /// The longest name in bytes (UNIT_NAME_MAX).
    static let maximumBytes = 255
    static let suffixes = [
        "service", "socket", "target", "timer", "path", "mount", "automount", "swap", "slice", "scope", "device",
    ]

    /// Checks a name; throws `.invalidFormat` that says what to write instead.
    static func validate(_ name: String) throws(ModelError) -> String {
        let shown = name.shownInMessage
        guard !name.isEmpty else { throw ModelError(.invalidFormat, "the unit's name is empty") }
        guard name.utf8.count <= maximumBytes else {
            throw ModelError(
                .invalidFormat, "unit '\(shown)' has a name of \(name.utf8.count) bytes; the limit is \(maximumBytes)")
        }
        guard name.utf8.allSatisfy(isAllowed) else {
            throw ModelError(
                .invalidFormat,
                "unit '\(shown)' has a character that systemd does not allow; use letters, digits and ':-_.\\@'")
        }
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex, name.utf8.first != UInt8(ascii: "@"),
            suffixes.contains(String(name[name.index(after: dot)...]))
        else {
            throw ModelError(
                .invalidFormat, "unit '\(shown)' needs a name with its type, such as 'nginx.service'")
        }
        return name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ":-_.\\@".utf8.contains(byte)
        }
    }
}
