import FoundationEssentials
public import Model

/// A compiled commit.
///
/// A generation is what converged and verified; a rollback goes back to one.
public struct GenerationRecord: Sendable, Hashable {
    /// The number, from 1, in the order of compilation.
    public var number: Int64
    /// The commit, or `sha256:…` of a directory.
    public var commit: CommitDescription
    /// Every resource that the commit declares and that is in force, in an order that respects dependencies.
    public var resources: [DeclaredResource]
    /// Resources that the commit declares and that are left alone, as their `when` does not hold.
    public var withheld: [WithheldResource]
    /// What became of it.
    public var state: GenerationState
    /// Why it is bad.
    public var message: String?
    /// When it was compiled.
    public var createdTime: WallTime
    /// When it converged and verified.
    public var convergedTime: WallTime?

    /// Makes a record.
    public init(
        number: Int64, commit: CommitDescription, resources: [DeclaredResource], withheld: [WithheldResource] = [],
        state: GenerationState, message: String? = nil, createdTime: WallTime, convergedTime: WallTime? = nil
    ) {
        self.number = number
        self.commit = commit
        self.resources = resources
        self.withheld = withheld
        self.state = state
        self.message = message
        self.createdTime = createdTime
        self.convergedTime = convergedTime
    }
}

/// A compiled commit as its columns hold it, until it is stored.
public struct EncodedGeneration: Sendable {
    let record: GenerationRecord
    let commit: Data
    let resources: Data
    let withheld: Data?
    let pins: Data
}

/// What became of a generation.
public enum GenerationState: String, Codable, Sendable, Hashable, CaseIterable {
    /// Compiled, not converged yet. Can transition to `good`, `bad` or `superseded`.
    case candidate
    /// Converged and verified.
    case good
    /// Its verification failed; it is not tried again.
    case bad
    /// A newer commit came before it converged.
    case superseded
}
