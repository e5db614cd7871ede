/// The files of one commit or directory snapshot, exported to a directory that nobody changes any more.
public struct WorkingCopy: Sendable, Equatable {
    /// The directory that holds the whole tree.
    public let treePath: String
    /// The directory that the location names within the tree.
    public let path: String
    /// What it is a copy of: a commit's name, or `sha256:…` of a directory.
    public let revision: String
}
