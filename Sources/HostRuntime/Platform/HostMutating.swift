public import LinuxIO
public import Model
public import Store

/// The mutating half of a host.
///
/// Every call needs the permit that only the executor makes (I1). Nothing is durable before `sync` returns; each call
/// is whole or not at all for the name that it works on.
///
/// Names that hold prepared or displaced content are given by the executor and derive from the step, so that recovery
/// finds them; they lie in the directory of the target.
public protocol HostMutating: HostReading {
    /// This host for a short series of calls on one thread: they may find the directory of a path as the first of them
    /// found it, as if all were made at that moment. It costs less than to look for the directory each time.
    func keepingDirectories() -> Self

    /// Writes content to a new file beside `path`. Owner, group and mode are set before this returns, from `metadata`,
    /// else from what is at `path`, else 0644 and this process's own user and group; extended attributes and ACLs of
    /// an existing regular file are kept. Content is streamed from `content`; throws `.changed` when it is not `size`
    /// bytes long. A leftover under the temporary name is replaced; after a throw nothing is left under it. Returns
    /// the identity of the file after its last byte: `size` and `modified` are as they stay, `changed` is not.
    @discardableResult
    func prepareFile(
        _ temporaryName: String, beside path: String, metadata: FileMetadata, size: Int64,
        content: (_ write: ([UInt8]) throws(HostError) -> Void) throws(HostError) -> Void,
        permit: borrowing MutationPermit
    ) throws(HostError) -> FileIdentity

    /// Makes a symbolic link beside `path` under the temporary name.
    func prepareSymlink(
        _ temporaryName: String, beside path: String, target: String, metadata: FileMetadata,
        permit: borrowing MutationPermit) throws(HostError)

    /// Exchanges the prepared name with `path` in one step and returns the status of what was displaced, which is now
    /// under the temporary name. Throws `.notFound` when nothing is at `path`.
    func exchange(_ temporaryName: String, with path: String, permit: borrowing MutationPermit) throws(HostError)
        -> FileStatus

    /// Gives the prepared file its final name; throws `.exists` when something is there.
    func install(_ temporaryName: String, as path: String, permit: borrowing MutationPermit) throws(HostError)

    /// Moves what is at `path` to the temporary name beside it; throws `.exists` when that is taken.
    func displace(_ path: String, to temporaryName: String, permit: borrowing MutationPermit) throws(HostError)

    /// Removes what is under a temporary name beside `path`, a directory with everything in it (never across a mount
    /// point). Nothing there is not an error.
    func discard(_ temporaryName: String, beside path: String, permit: borrowing MutationPermit) throws(HostError)

    /// Makes a directory with its metadata; throws `.exists`.
    func makeDirectory(_ path: String, metadata: FileMetadata, permit: borrowing MutationPermit) throws(HostError)

    /// Removes an empty directory; throws `.notEmpty`.
    func removeDirectory(_ path: String, permit: borrowing MutationPermit) throws(HostError)

    /// Makes a FIFO, socket or device node again; throws `.exists`.
    func makeSpecial(
        _ path: String, node: SpecialNode, metadata: FileMetadata, permit: borrowing MutationPermit) throws(HostError)

    /// Sets owner, group and mode without following a link; what tightens is set first. Below a declared directory
    /// `top`, no mount is gone through on the way. Throws `.unsafePath` for a foreign link (`isForeignLink`).
    func setMetadata(
        _ path: String, _ metadata: FileMetadata, within top: String?, permit: borrowing MutationPermit
    ) throws(HostError)

    /// Sets extended attributes exactly; see `setMetadata`.
    func setExtendedAttributes(
        _ path: String, _ attributes: [ExtendedAttribute], within top: String?, permit: borrowing MutationPermit
    ) throws(HostError)

    /// Makes the content of these files (paths or temporaries) and the entries of these directories durable: one by one
    /// when they are few, by whole file systems when they are many.
    func sync(files: [String], directories: [String], permit: borrowing MutationPermit) throws(HostError)

    /// Makes everything durable that was written to the file systems of these directories.
    func syncFileSystems(of directories: [String], permit: borrowing MutationPermit) throws(HostError)

    /// Does something to a unit and waits for the job; `reload` restarts a unit that cannot reload, `enable` and
    /// `disable` change the links only (reload the unit files after them), masking and unmasking too; throws
    /// `.unitFailed` with the unit's own last lines, `.timeout`.
    func perform(_ action: UnitAction, on unit: String, timeoutSeconds: Int, permit: borrowing MutationPermit)
        throws(HostError)

    /// Makes systemd read its unit files again (daemon-reload) and waits for it.
    func reloadUnitFiles(permit: borrowing MutationPermit) throws(HostError)

    /// Runs a command of a probe or step to its end: a transient unit where there is systemd, a process group of its
    /// own otherwise.
    func run(
        _ arguments: [String], name: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) -> CommandResult
}

extension HostMutating {
    /// `setMetadata` for a path that is itself declared.
    public func setMetadata(
        _ path: String, _ metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try setMetadata(path, metadata, within: nil, permit: permit)
    }

    /// `setExtendedAttributes` for a path that is itself declared.
    public func setExtendedAttributes(
        _ path: String, _ attributes: [ExtendedAttribute], permit: borrowing MutationPermit
    ) throws(HostError) {
        try setExtendedAttributes(path, attributes, within: nil, permit: permit)
    }
}
