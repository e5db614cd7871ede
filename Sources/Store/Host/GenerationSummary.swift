public import Model

/// A generation without its resources.
public struct GenerationSummary: Sendable, Hashable {
    /// The number, from 1, in the order of compilation.
    public var number: Int64
    /// The commit, or `sha256:…` of a directory.
    public var commit: CommitDescription
    /// How many resources the commit declares.
    public var resourceCount: Int
    /// What became of it.
    public var state: GenerationState
    /// Why it is bad.
    public var message: String?
    /// When it was compiled.
    public var createdTime: WallTime
    /// When it converged and verified.
    public var convergedTime: WallTime?

    /// Makes a summary.
    public init(
        number: Int64, commit: CommitDescription, resourceCount: Int, state: GenerationState, message: String? = nil,
        createdTime: WallTime, convergedTime: WallTime? = nil
    ) {
        self.number = number
        self.commit = commit
        self.resourceCount = resourceCount
        self.state = state
        self.message = message
        self.createdTime = createdTime
        self.convergedTime = convergedTime
    }
}
