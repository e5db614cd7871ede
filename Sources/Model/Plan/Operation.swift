/// The smallest effects on a host.
///
/// Providers lower differences to operations; the executor alone performs them, and knows for each how to prepare it,
/// to record its undo, to apply it, and to settle it after a crash.
public enum Operation: Codable, Sendable, Hashable {
    /// Makes or replaces a regular file with these bytes and metadata; nil metadata is kept, or defaulted for a new
    /// file.
    case writeFile(path: String, content: DeclaredContent, metadata: FileMetadata)
    /// Changes owner, group or mode of what is at the path, never following a link.
    case setMetadata(path: String, metadata: FileMetadata)
    /// Removes whatever is at the path; a directory with everything in it. The bytes are kept.
    case remove(path: String)
    /// Makes a directory.
    case makeDirectory(path: String, metadata: FileMetadata)
    /// Makes or replaces a symbolic link.
    case makeSymlink(path: String, target: String, metadata: FileMetadata)
    /// Asks systemd for something.
    case unit(name: String, action: UnitAction)
    /// Makes systemd read unit files again.
    case reloadUnitFiles
}

/// Owner, group and mode, resolved to numbers.
public struct FileMetadata: Codable, Sendable, Hashable {
    /// The owner.
    public var owner: UInt32?
    /// The group.
    public var group: UInt32?
    /// The permission bits, 07777.
    public var mode: UInt16?

    /// Makes metadata; nil is left as it is.
    public init(owner: UInt32? = nil, group: UInt32? = nil, mode: UInt16? = nil) {
        self.owner = owner
        self.group = group
        self.mode = mode
    }
}

/// What systemd can be asked to do with a unit.
public enum UnitAction: String, Codable, Sendable, Hashable, CaseIterable {
    case start
    case stop
    case restart
    case reload
    case enable
    case disable
    case mask
    case unmask
}
