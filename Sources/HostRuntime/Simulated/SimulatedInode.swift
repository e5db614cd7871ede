internal import LinuxIO
internal import Model
internal import Store

/// A file, directory, link or node of the simulated disk, as it is and as it would be after a power cut.
struct SimulatedInode: Sendable {
    enum Content: Sendable, Equatable {
        case regular([UInt8])
        case directory([String: Int])
        case symlink(String)
        case special(FileType, device: UInt64)
    }

    /// What a sync makes durable of an inode itself, names apart.
    struct Durable: Sendable {
        var bytes: [UInt8]
        var metadata: FileMetadata
        var attributes: [String: [UInt8]]
    }

    /// Names that one call changed in a directory: all of them last, or none.
    typealias NameChange = [(name: String, inode: Int?)]

    var content: Content
    var owner: UInt32
    var group: UInt32
    var permissions: UInt16
    var device: UInt64
    var modified: Int64
    var changed: Int64
    var attributes: [String: [UInt8]] = [:]
    var isImmutable = false
    /// The last state that was synced; nil when none ever was.
    var durable: Durable?
    /// The entries that were synced, and the changes since, in order.
    var durableEntries: [String: Int] = [:]
    var pending: [NameChange] = []

    init(_ content: Content, owner: UInt32, group: UInt32, permissions: UInt16, device: UInt64, time: Int64) {
        self.content = content
        self.owner = owner
        self.group = group
        self.permissions = permissions
        self.device = device
        modified = time
        changed = time
    }

    var type: FileType {
        switch content {
        case .regular: .regular
        case .directory: .directory
        case .symlink: .symbolicLink
        case .special(let type, _): type
        }
    }

    var bytes: [UInt8] {
        guard case .regular(let bytes) = content else { return [] }
        return bytes
    }

    var entries: [String: Int] {
        guard case .directory(let entries) = content else { return [:] }
        return entries
    }

    var metadata: FileMetadata {
        get { FileMetadata(owner: owner, group: group, mode: permissions) }
        set {
            owner = newValue.owner ?? owner
            group = newValue.group ?? group
            if type != .symbolicLink { permissions = newValue.mode ?? permissions }
        }
    }

    func status(_ number: Int) -> FileStatus {
        let size: Int
        switch content {
        case .regular(let bytes): size = bytes.count
        case .directory: size = 4_096
        case .symlink(let target): size = target.utf8.count
        case .special: size = 0
        }
        return FileStatus(
            device: device, inode: UInt64(number), type: type, permissions: permissions, owner: owner, group: group,
            size: Int64(size), modified: Self.timestamp(modified), changed: Self.timestamp(changed),
            linkCount: type == .directory ? 2 : 1, isImmutable: isImmutable, mountID: device)
    }

    mutating func settle() {
        durable = Durable(bytes: bytes, metadata: metadata, attributes: attributes)
        durableEntries = entries
        pending = []
    }

    private static func timestamp(_ nanoseconds: Int64) -> Timestamp {
        Timestamp(seconds: nanoseconds / 1_000_000_000, nanoseconds: UInt32(nanoseconds % 1_000_000_000))
    }
}
