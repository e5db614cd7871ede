/// One change that enabling, disabling, masking or unmasking made to the file system.
public struct UnitFileChange: Hashable, Sendable {
    /// What was done: `symlink` or `unlink`.
    public let kind: String
    /// The link that was made or removed.
    public let path: String
    /// What the link points to; empty for a removal.
    public let target: String

    /// Takes an `a(sss)`.
    static func list(_ value: BusValue) throws(SystemdError) -> [UnitFileChange] {
        guard let elements = value.elements else { throw invalid }
        var changes: [UnitFileChange] = []
        for element in elements {
            guard let texts = element.texts, texts.count == 3 else { throw invalid }
            changes.append(UnitFileChange(kind: texts[0], path: texts[1], target: texts[2]))
        }
        return changes
    }

    private static let invalid = SystemdError(
        .invalidReply, "the service manager listed a file change in an unknown shape")
}
