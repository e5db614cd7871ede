import Model

/// A version of the site that is on disk and does not change.
struct FetchedSite: Sendable, Hashable {
    /// The commit, or `sha256:…` of a directory.
    var commit: CommitDescription
    /// Where its files are.
    var path: String
}
