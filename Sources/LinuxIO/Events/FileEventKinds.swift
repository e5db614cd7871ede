internal import CLinux
internal import Glibc

/// What happened to a file, in one vocabulary for fanotify and inotify.
///
/// The kernel merges events on the same name, so that several kinds may come at once, and their order is then lost.
public struct FileEventKinds: OptionSet, Hashable, Sendable {
    /// One bit for each kind.
    public let rawValue: UInt32

    /// Makes a set from its bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// A name was made.
    public static let created = FileEventKinds(rawValue: 1 << 0)
    /// A name was removed.
    public static let deleted = FileEventKinds(rawValue: 1 << 1)
    /// A name was moved away.
    public static let movedFrom = FileEventKinds(rawValue: 1 << 2)
    /// A name was moved here.
    public static let movedTo = FileEventKinds(rawValue: 1 << 3)
    /// Content was written.
    public static let modified = FileEventKinds(rawValue: 1 << 4)
    /// A file that was open for writing was closed.
    public static let closedAfterWriting = FileEventKinds(rawValue: 1 << 5)
    /// Owner, permissions, times, link count or extended attributes changed.
    public static let attributes = FileEventKinds(rawValue: 1 << 6)
    /// The watched directory itself was removed.
    public static let selfDeleted = FileEventKinds(rawValue: 1 << 7)
    /// The watched directory itself was moved.
    public static let selfMoved = FileEventKinds(rawValue: 1 << 8)
    /// A file was opened to be executed.
    public static let openedForExecution = FileEventKinds(rawValue: 1 << 9)

    /// The name is that of a directory (answers only).
    public static let isDirectory = FileEventKinds(rawValue: 1 << 16)
    /// Events were lost: whoever keeps a picture looks again at everything (answers only).
    public static let overflow = FileEventKinds(rawValue: 1 << 17)
    /// The file system was unmounted (answers only, inotify).
    public static let unmounted = FileEventKinds(rawValue: 1 << 18)
    /// The watch is gone and its number will be used again (answers only, inotify).
    public static let watchRemoved = FileEventKinds(rawValue: 1 << 19)

    /// All that can change what stands in a directory, or the directory itself.
    public static let changes: FileEventKinds = [
        .created, .deleted, .movedFrom, .movedTo, .modified, .closedAfterWriting, .attributes, .selfDeleted, .selfMoved,
    ]
}

extension FileEventKinds {
    private static let table: [(kind: FileEventKinds, fanotify: UInt64, inotify: UInt32)] = [
        (.created, 0x100, 0x100), (.deleted, 0x200, 0x200), (.movedFrom, 0x40, 0x40), (.movedTo, 0x80, 0x80),
        (.modified, 0x2, 0x2), (.closedAfterWriting, 0x8, 0x8), (.attributes, 0x4, 0x4),
        (.selfDeleted, 0x400, 0x400), (.selfMoved, 0x800, 0x800), (.openedForExecution, 0x1000, 0),
        (.isDirectory, 0x4000_0000, 0x4000_0000), (.overflow, 0x4000, 0x4000), (.unmounted, 0, 0x2000),
        (.watchRemoved, 0, 0x8000),
    ]

    init(fanotify mask: UInt64) {
        self = Self.table.reduce(into: []) { if mask & $1.fanotify != 0 { $0.insert($1.kind) } }
    }

    init(inotify mask: UInt32) {
        self = Self.table.reduce(into: []) { if mask & $1.inotify != 0 { $0.insert($1.kind) } }
    }

    var fanotifyMask: UInt64 {
        Self.table.reduce(into: 0) { if contains($1.kind) { $0 |= $1.fanotify } }
    }

    var inotifyMask: UInt32 {
        Self.table.reduce(into: 0) { if contains($1.kind) { $0 |= $1.inotify } }
    }
}
