public import LinuxIO
public import Model
public import Store

extension FileIdentity {
    /// The identity of what a status describes.
    public init(_ status: FileStatus) {
        self.init(
            device: status.device, inode: status.inode, size: status.size,
            modified: status.modified.nanosecondsSinceEpoch, changed: status.changed.nanosecondsSinceEpoch)
    }
}

extension FileMetadata {
    /// Owner, group and mode of what a status describes.
    public init(_ status: FileStatus) {
        self.init(owner: status.owner, group: status.group, mode: status.permissions)
    }
}
