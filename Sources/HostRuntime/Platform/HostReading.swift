public import LinuxIO
public import Model
public import Store

/// The observing half of a host.
///
/// Calls block: they run on the observation threads or the executor's, never on the cooperative pool. Two
/// implementations: `LinuxHost` and `SimulatedHost`.
///
/// Paths are absolute within the managed root. The last component is never followed when it is a link; a parent that
/// is a link is followed only where nobody but root (or the daemon's own user) could have put it there.
public protocol HostReading: Sendable {
    /// What is at a path, as lstat says; nil when nothing is.
    func status(of path: String) throws(HostError) -> FileStatus?

    /// `status` for the rows of a table, batched by directory and without allocating per file: `body` gets the index
    /// that the path had when the table was made, and the status. One failing path does not stop the others.
    func forEachStatus(of table: PathTable, in rows: Range<Int>, _ body: (Int, Result<FileStatus?, HostError>) -> Void)

    /// The names in a directory, sorted; throws `.tooLarge` above `limit`.
    func entries(of path: String, limit: Int) throws(HostError) -> [String]

    /// Every name below a directory, its own excluded, parents before what they hold and sorted by name; never across
    /// a mount point and never through a link. Throws `.tooLarge` above `limit`.
    func walk(
        _ path: String, limit: Int, _ body: (_ path: String, _ status: FileStatus) throws(HostError) -> Void
    ) throws(HostError)

    /// What a symbolic link holds.
    func linkTarget(of path: String) throws(HostError) -> String

    /// The digest of a regular file's bytes and the identity that was digested, streamed; throws `.changed` when the
    /// file changed meanwhile more than a few times in a row. Never opens anything but a regular file, and throws
    /// `.unsafePath` for a foreign link.
    func digest(of path: String) throws(HostError) -> (ContentDigest, FileIdentity)

    /// The bytes of a regular file in chunks, in order; returns the identity that was read.
    func read(_ path: String, _ chunk: ([UInt8]) throws(HostError) -> Void) throws(HostError) -> FileIdentity

    /// Whether a path is one of several names of a file (a hard link), where others than root and the daemon's own user
    /// could have made it: then the file may be one that its maker may not even read, and it is neither read nor
    /// changed through this name. False where nothing is.
    func isForeignLink(_ path: String) throws(HostError) -> Bool

    /// Whether what was found at a path is on another mount than the directory that holds it.
    func isMountPoint(_ path: String, _ status: FileStatus) throws(HostError) -> Bool

    /// What it takes to make a FIFO, socket or device node again; throws `.wrongType` for anything else.
    func specialNode(at path: String) throws(HostError) -> SpecialNode

    /// The extended attributes of what is at a path, ACLs among them, sorted by name.
    func extendedAttributes(of path: String) throws(HostError) -> [ExtendedAttribute]

    /// Whether owner and group can be changed here; without privilege they are not managed.
    var canChangeOwner: Bool { get }
    /// The number of a user (by name or number); nil when there is no such user.
    func userID(_ name: String) throws(HostError) -> UInt32?
    /// The number of a group (by name or number); nil when there is no such group.
    func groupID(_ name: String) throws(HostError) -> UInt32?
    /// The name of a user, or its number as text.
    func userName(_ id: UInt32) -> String
    /// The name of a group, or its number as text.
    func groupName(_ id: UInt32) -> String

    /// Whether units can be observed and changed here (not with `--root`, not without systemd).
    var hasUnits: Bool { get }
    /// The states of units, pipelined; a unit that does not exist has load state `not-found`.
    func units(_ names: [String]) throws(HostError) -> [UnitObservation]
    /// The last lines that a unit itself logged since it was last started.
    func lastLines(ofUnit name: String, count: Int) -> [String]

    /// The wall clock, for records.
    func wallTime() -> WallTime
    /// Nanoseconds since boot, suspended time included, for deadlines.
    func bootTime() -> Int64
}

extension HostReading {
    /// `status` for many paths; see `forEachStatus`.
    ///
    /// For lists that are looked at once.
    public func statuses(of paths: [String], _ body: (Int, Result<FileStatus?, HostError>) -> Void) {
        let table = PathTable(paths)
        forEachStatus(of: table, in: 0..<table.count, body)
    }
}
