public import LinuxIO
public import Model

/// What was observed of a resource, as far as its declaration manages it.
///
/// Comparable through its digest (I5).
public enum Observation: Sendable, Hashable {
    /// Nothing is there.
    case absent
    /// A regular file; `content` is nil when the declaration does not manage the bytes, metadata likewise.
    case file(metadata: FileMetadata, content: DeclaredContent?)
    /// A directory; `strays` are entries that are in the way (to purge, or to keep from being replaced or removed),
    /// `mismatches` paths below it whose owner, group or mode differ.
    case directory(metadata: FileMetadata, strays: [String], mismatches: [String: MetadataMismatch])
    /// A symbolic link.
    case symlink(target: String, metadata: FileMetadata)
    /// Something else is at the path; a regular file when its name is a foreign link (`HostReading.isForeignLink`), so
    /// that it is not looked into.
    case special(FileType, metadata: FileMetadata)
    /// A unit and its own files.
    case unit(UnitObservation, files: UnitFiles)
}

/// The files of a unit that a declaration manages, as found in `/etc/systemd/system`.
public struct UnitFiles: Sendable, Hashable {
    /// The unit file's bytes; nil when there is none or the declaration does not manage it.
    public var content: DeclaredContent?
    /// The declared drop-ins that are there, by name.
    public var dropIns: [String: DeclaredContent]
    /// Whether the directory of the drop-ins is there.
    public var hasDropInDirectory: Bool
    /// Whether a unit file elsewhere brings the unit without its own one; only looked for where that may go.
    public var isBroughtElsewhere = false

    /// Makes a description.
    public init(
        content: DeclaredContent? = nil, dropIns: [String: DeclaredContent] = [:], hasDropInDirectory: Bool = false
    ) {
        self.content = content
        self.dropIns = dropIns
        self.hasDropInDirectory = hasDropInDirectory
    }
}

extension Observation {
    /// Owner, group and mode of everything in it.
    var allMetadata: [FileMetadata] {
        switch self {
        case .absent, .unit: []
        case .file(let metadata, _), .symlink(_, let metadata), .special(_, let metadata): [metadata]
        case .directory(let metadata, _, let mismatches): [metadata] + mismatches.values.map(\.observed)
        }
    }

    /// What it is, in a word or two for people.
    var typeName: String {
        switch self {
        case .absent: "nothing"
        case .file: "a regular file"
        case .directory: "a directory"
        case .symlink(let target, _): "a symbolic link to '\(target)'"
        case .special(.regular, _): "a hard link to a file elsewhere"
        case .special(let type, _): type.article
        case .unit: "a unit"
        }
    }
}

extension FileType {
    /// The type with its article, for messages.
    var article: String {
        switch self {
        case .regular: "a regular file"
        case .directory: "a directory"
        case .symbolicLink: "a symbolic link"
        case .fifo: "a FIFO"
        case .socket: "a socket"
        case .characterDevice: "a character device"
        case .blockDevice: "a block device"
        case .unknown: "something of an unknown type"
        }
    }

    /// The type in one word that does not change, for digests and fields.
    var word: String {
        switch self {
        case .regular: "file"
        case .directory: "directory"
        case .symbolicLink: "symlink"
        case .fifo: "fifo"
        case .socket: "socket"
        case .characterDevice: "character-device"
        case .blockDevice: "block-device"
        case .unknown: "unknown"
        }
    }
}

extension FileType {
    /// The word for what is neither a file, a directory nor a link to look into.
    var specialWord: String { self == .regular ? "hard-link" : word }
}
