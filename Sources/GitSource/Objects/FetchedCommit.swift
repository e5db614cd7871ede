/// What a fetch found.
public struct FetchedCommit: Sendable, Equatable {
    /// How the commit stands to the one that the same ref gave before.
    public enum Movement: Sendable, Equatable {
        /// Nothing was known before.
        case first
        /// It is the same commit.
        case unchanged
        /// It contains the one before.
        case advanced(from: CommitID)
        /// It does not contain the one before: history was rewritten.
        case rewritten(from: CommitID)
    }

    /// The commit.
    public var commit: Commit
    /// The ref that it was found at, in full; the commit's own name if it was asked for by name.
    public var ref: String
    /// How it stands to the one before.
    public var movement: Movement
    /// The signature, if one was required.
    public var signature: Signature?

    /// The commit's name.
    public var id: CommitID { commit.id }
}
