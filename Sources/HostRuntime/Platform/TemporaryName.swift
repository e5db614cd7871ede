/// The names under which a run prepares new content and keeps displaced content, in the directory of the target.
public enum TemporaryName {
    /// What every such name begins with; purging and recursive walks leave them alone.
    public static let prefix = ".aetheredge-"

    /// Whether a name in a directory is one.
    public static func matches(_ name: some StringProtocol) -> Bool { name.hasPrefix(prefix) }
}
