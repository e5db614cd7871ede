internal import CLinux
internal import Glibc

/// What kind of file a name stands for.
public enum FileType: UInt8, Sendable, Hashable {
    /// A regular file.
    case regular
    /// A directory.
    case directory
    /// A symbolic link.
    case symbolicLink
    /// A FIFO.
    case fifo
    /// A socket.
    case socket
    /// A character device.
    case characterDevice
    /// A block device.
    case blockDevice
    /// A type that the file system does not tell, or that is not known here.
    case unknown

    /// The type in the top bits of a mode.
    init(mode: UInt32) {
        switch mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): self = .regular
        case UInt32(S_IFDIR): self = .directory
        case UInt32(S_IFLNK): self = .symbolicLink
        case UInt32(S_IFIFO): self = .fifo
        case UInt32(S_IFSOCK): self = .socket
        case UInt32(S_IFCHR): self = .characterDevice
        case UInt32(S_IFBLK): self = .blockDevice
        default: self = .unknown
        }
    }

    /// The type in a directory entry.
    init(entryType: UInt8) {
        self.init(mode: UInt32(entryType) << 12)
    }
}

/// What the kernel says about a file; symbolic links are not followed to get it.
public struct FileStatus: Sendable, Equatable {
    /// The device that holds it, as `makedev` makes it.
    public var device: UInt64
    /// The inode number.
    public var inode: UInt64
    /// The kind of file.
    public var type: FileType
    /// The permission bits, set-id and sticky bits included (07777).
    public var permissions: UInt16
    /// The user that owns it.
    public var owner: UInt32
    /// The group that owns it.
    public var group: UInt32
    /// The length in bytes.
    public var size: Int64
    /// When the content last changed.
    public var modified: Timestamp
    /// When anything last changed.
    public var changed: Timestamp
    /// How many names it has.
    public var linkCount: UInt32
    /// Whether `chattr +i` forbids any change.
    public var isImmutable: Bool
    /// Whether `chattr +a` allows appending only.
    public var isAppendOnly: Bool
    /// The mount that it was reached through, as in `/proc/self/mountinfo`; zero where the kernel does not tell.
    public var mountID: UInt64

    /// Makes a status, for hosts that are simulated.
    public init(
        device: UInt64, inode: UInt64, type: FileType, permissions: UInt16, owner: UInt32, group: UInt32, size: Int64,
        modified: Timestamp, changed: Timestamp, linkCount: UInt32 = 1, isImmutable: Bool = false,
        isAppendOnly: Bool = false, mountID: UInt64 = 0
    ) {
        self.device = device
        self.inode = inode
        self.type = type
        self.permissions = permissions
        self.owner = owner
        self.group = group
        self.size = size
        self.modified = modified
        self.changed = changed
        self.linkCount = linkCount
        self.isImmutable = isImmutable
        self.isAppendOnly = isAppendOnly
        self.mountID = mountID
    }

    @inline(__always)
    init(_ raw: borrowing statx) {
        device = Self.device(major: raw.stx_dev_major, minor: raw.stx_dev_minor)
        inode = raw.stx_ino
        type = FileType(mode: UInt32(raw.stx_mode))
        permissions = raw.stx_mode & 0o7777
        owner = raw.stx_uid
        group = raw.stx_gid
        size = Int64(bitPattern: raw.stx_size)
        modified = Timestamp(seconds: raw.stx_mtime.tv_sec, nanoseconds: raw.stx_mtime.tv_nsec)
        changed = Timestamp(seconds: raw.stx_ctime.tv_sec, nanoseconds: raw.stx_ctime.tv_nsec)
        linkCount = raw.stx_nlink
        isImmutable = raw.stx_attributes & UInt64(STATX_ATTR_IMMUTABLE) != 0
        isAppendOnly = raw.stx_attributes & UInt64(STATX_ATTR_APPEND) != 0
        mountID = raw.stx_mask & UInt32(STATX_MNT_ID) != 0 ? raw.stx_mnt_id : 0
    }

    /// The device number that glibc's `makedev` makes.
    static func device(major: UInt32, minor: UInt32) -> UInt64 {
        let (high, low) = (UInt64(major), UInt64(minor))
        return (high & 0xffff_f000) << 32 | (high & 0xfff) << 8 | (low & 0xffff_ff00) << 12 | (low & 0xff)
    }
}

extension FileStatus {
    /// What `statx` is asked for.
    static let mask = UInt32(STATX_BASIC_STATS) | UInt32(STATX_MNT_ID)
    /// How names are looked at: the link itself, without triggering automounts.
    static let flags = Int32(AT_SYMLINK_NOFOLLOW) | CL_AT_NO_AUTOMOUNT

    /// Whether nobody but root and a user can make or exchange names in this directory.
    func isGuarded(for user: UInt32) -> Bool {
        (owner == 0 || owner == user) && permissions & 0o022 == 0
    }

    /// Whether it is known under other names too (hard links).
    public var hasOtherNames: Bool { linkCount > 1 && type != .directory }

    /// Whether nothing is mounted between this and the directory that holds it.
    public func isOnMount(of directory: FileStatus) -> Bool {
        device == directory.device && (mountID == directory.mountID || mountID == 0 || directory.mountID == 0)
    }

    /// Whether this is the same file as another, whatever its metadata.
    public func isSameFile(as other: FileStatus) -> Bool {
        device == other.device && inode == other.inode
    }
}
