/// What a blueprint declares of a regular file.
///
/// A nil attribute is not managed.
public struct FileAttributes: Codable, Sendable, Hashable {
    /// The bytes, by digest; the content store holds them for as long as the generation does.
    public var content: DeclaredContent?
    /// The owner's name or number.
    public var owner: String?
    /// The group's name or number.
    public var group: String?
    /// The permission bits, 07777.
    public var mode: UInt16?
    /// The file must not exist.
    public var isAbsent: Bool

    /// Makes the attributes of a present file.
    public init(
        content: DeclaredContent? = nil, owner: String? = nil, group: String? = nil, mode: UInt16? = nil,
        isAbsent: Bool = false
    ) {
        self.content = content
        self.owner = owner
        self.group = group
        self.mode = mode
        self.isAbsent = isAbsent
    }
}

/// Bytes that are declared, by digest and size.
public struct DeclaredContent: Codable, Sendable, Hashable {
    /// The digest of the bytes.
    public var digest: ContentDigest
    /// The number of bytes.
    public var size: Int64

    /// Names bytes.
    public init(digest: ContentDigest, size: Int64) {
        self.digest = digest
        self.size = size
    }
}
