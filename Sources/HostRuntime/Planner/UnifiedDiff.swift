/// A unified diff of two texts, as `diff -u` writes it.
public enum UnifiedDiff {
    /// The longest text that is compared, in bytes.
    public static let sizeMaximum = 65_536
    /// How many edits are looked for before the rest counts as replaced.
    static let editMaximum = 1_000

    /// The diff, or nil when a text is binary or longer than the bound.
    ///
    /// Empty when they are equal. `nil` bytes stand for a file that does not exist.
    public static func make(path: String, from old: [UInt8]?, to new: [UInt8]?, context: Int = 3) -> String? {
        guard let left = lines(of: old ?? []), let right = lines(of: new ?? []) else { return nil }
        if old == new { return "" }
        let edits = LineDiff(left, right, editMaximum: editMaximum).edits
        var text = "--- \(old == nil ? "/dev/null" : "a" + path)\n+++ \(new == nil ? "/dev/null" : "b" + path)\n"
        for hunk in DiffHunk.hunks(of: edits, context: context) { text += hunk.text(left, right) }
        return text
    }

    /// Whether bytes are text: valid UTF-8 without NUL.
    public static func isText(_ bytes: [UInt8]) -> Bool {
        !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }

    /// Lines with their newline, so that a missing one at the end shows; nil when binary or too long.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        guard bytes.count <= sizeMaximum, isText(bytes) else { return nil }
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }
}
