internal import LinuxIO
public import Model
public import Store

/// A file whose bytes a run wrote itself, so that verifying the run need not read them back.
///
/// Later writers move the time of modification, or are told of by events; and a file that is younger than a clock tick
/// is read at the next pass in any case (see `HashCache`).
public struct WrittenFile: Sendable {
    private let identity: FileIdentity
    /// What was written.
    public let content: DeclaredContent

    /// Notes what was written to a file, with its identity after the last byte.
    public init(_ content: DeclaredContent, as identity: FileIdentity) {
        self.content = content
        self.identity = identity
    }

    /// Whether a status is of this file, with nothing written to it since; its name and owner may be others.
    func isStill(_ status: FileStatus) -> Bool {
        let now = FileIdentity(status)
        return (now.device, now.inode, now.size, now.modified)
            == (identity.device, identity.inode, identity.size, identity.modified)
    }
}
