/// What a blueprint declares of a directory.
///
/// A nil attribute is not managed.
public struct DirectoryAttributes: Codable, Sendable, Hashable {
    /// The owner's name or number.
    public var owner: String?
    /// The group's name or number.
    public var group: String?
    /// The permission bits, 07777.
    public var mode: UInt16?
    /// Owner, group and mode hold for everything below; files get the mode without execute bits unless they have one.
    public var isRecursive: Bool
    /// Entries that no resource declares are removed (their bytes are kept).
    public var purge: Bool
    /// The directory must not exist.
    public var isAbsent: Bool

    /// Makes the attributes of a present directory.
    public init(
        owner: String? = nil, group: String? = nil, mode: UInt16? = nil, isRecursive: Bool = false, purge: Bool = false,
        isAbsent: Bool = false
    ) {
        self.owner = owner
        self.group = group
        self.mode = mode
        self.isRecursive = isRecursive
        self.purge = purge
        self.isAbsent = isAbsent
    }
}
