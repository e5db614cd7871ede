/// What a directory held at one moment.
public struct DirectorySnapshot: Sendable, Equatable {
    /// `sha256:` and 64 digits, over the path, kind, executable bit and content of every file and link, in order.
    public let digest: String
    /// How many files and links there are.
    public let entryCount: Int
    /// The bytes of all files together.
    public let totalSize: Int

    /// The digits of the digest.
    var hex: String { String(digest.dropFirst("sha256:".count)) }
}
