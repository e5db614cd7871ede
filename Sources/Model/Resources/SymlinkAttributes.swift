/// What a blueprint declares of a symbolic link.
public struct SymlinkAttributes: Codable, Sendable, Hashable {
    /// What the link holds, verbatim; nil only when the link must not exist.
    public var target: String?
    /// The owner's name or number.
    public var owner: String?
    /// The group's name or number.
    public var group: String?
    /// The link must not exist.
    public var isAbsent: Bool

    /// Makes the attributes of a link.
    public init(target: String?, owner: String? = nil, group: String? = nil, isAbsent: Bool = false) {
        self.target = target
        self.owner = owner
        self.group = group
        self.isAbsent = isAbsent
    }
}
