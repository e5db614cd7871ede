internal import CLinux
internal import Glibc

/// A handle on what a name stood for when it was made, without opening it: whatever is exchanged under the name
/// meanwhile, everything that is asked of or done to the handle is about that one file.
///
/// A symbolic link is itself the file, and is never followed.
public struct PinnedFile: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    init(_ descriptor: consuming FileDescriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// The status of the file.
    public borrowing func status() throws(LinuxIOError) -> FileStatus {
        do throws(LinuxIOError) { return try descriptor.status() } catch { throw located(error) }
    }

    /// Sets owner and group, of a symbolic link itself too; nil leaves one as it is.
    public borrowing func setOwner(_ owner: UInt32?, group: UInt32?) throws(LinuxIOError) {
        let number = descriptor.rawValue
        try checked(cl_fchownat(number, "", owner ?? .max, group ?? .max, CL_AT_EMPTY_PATH), "fchownat", path)
    }

    /// Opens a regular file for reading, without waiting; anything else is never opened and fails with `notRegular`.
    public borrowing func openForReading() throws(LinuxIOError) -> FileDescriptor {
        let type = try status().type
        guard type == .regular else {
            throw LinuxIOError(code: .notRegular, call: "openat", path: path, detail: "it is a \(type)")
        }
        let place = place
        let flags = Int32(O_RDONLY | O_NOCTTY | O_NONBLOCK)
        let result = uninterrupted { cl_openat(Int32(AT_FDCWD), place, flags, 0) }
        return FileDescriptor(owning: Int32(try checked(result, "openat", path)))
    }

    /// Sets the permission bits; a symbolic link has none, and is refused.
    public borrowing func setPermissions(_ permissions: UInt16) throws(LinuxIOError) {
        guard try status().type != .symbolicLink else {
            throw LinuxIOError(code: .notSupported, call: "chmod", path: path, detail: "it is a symbolic link")
        }
        // Kernels before 6.6 lack the call, and old seccomp filters answer EPERM to one they do not know.
        if cl_fchmodat2(descriptor.rawValue, "", UInt32(permissions), CL_AT_EMPTY_PATH) >= 0 { return }
        try checked(cl_chmod(place, UInt32(permissions)), "chmod", path)
    }

    /// All extended attributes; empty where the file system has none.
    public borrowing func extendedAttributes() throws(LinuxIOError) -> ExtendedAttributes {
        let place = place
        do throws(LinuxIOError) {
            return try AttributeReader.readAll(
                list: { cl_listxattr(place, $0, $1) }, value: { cl_getxattr(place, $0, $1, $2) })
        } catch {
            throw located(error)
        }
    }

    /// Sets one extended attribute, making it if absent.
    public borrowing func setExtendedAttribute(_ attribute: String, to value: [UInt8]) throws(LinuxIOError) {
        let result = value.withUnsafeBytes { cl_setxattr(place, attribute, $0.baseAddress, $0.count) }
        try checked(result, "setxattr", path)
    }

    /// Removes one extended attribute; one that is not there is no error.
    public borrowing func removeExtendedAttribute(_ attribute: String) throws(LinuxIOError) {
        let result = cl_removexattr(place, attribute)
        if result == -Int(ENODATA) { return }
        try checked(result, "removexattr", path)
    }

    // The kernel jumps from here to the file itself, a symbolic link included.
    private var place: String { "/proc/self/fd/\(descriptor.rawValue)" }

    private borrowing func located(_ error: LinuxIOError) -> LinuxIOError {
        LinuxIOError(code: error.code, call: error.call, path: path, detail: error.detail)
    }
}

extension DirectoryHandle {
    /// Pins the file that a name has at this moment.
    public borrowing func pinned(_ name: String) throws(LinuxIOError) -> PinnedFile {
        PinnedFile(try pin(name), path: path(of: name))
    }
}

extension FileStatus {
    /// Whether it was last changed before a time that was read before this was, by more than the kernel's clock ticks.
    fileprivate func isSettled(at time: Timestamp) -> Bool {
        let tick: Duration = changed.nanoseconds == 0 ? .seconds(2) : .milliseconds(20)
        return time.duration(since: changed) > tick
    }

    /// Whether another look found the same file, unchanged.
    fileprivate func isUnchanged(in other: FileStatus) -> Bool {
        isSameFile(as: other) && changed == other.changed && linkCount == other.linkCount
    }
}

extension RootDirectory {
    /// Pins the file that a path has at this moment, if it is a file of its directory alone.
    ///
    /// Where others than root and this user can make names, one may be a hard link to a file that its maker may not
    /// even read: that fails with `plantedLink`, and a file whose names change just now with ESTALE.
    public func pinOwn(_ place: borrowing ParentDirectory) throws(LinuxIOError) -> PinnedFile {
        let time = wallClockNow()
        let file = try place.directory.pinned(place.name)
        let status = try file.status()
        if status.type == .directory { return file }
        if status.linkCount > 1 {
            if try isGuarded(place.directory) { return file }
            throw LinuxIOError(code: .plantedLink, call: "statx", path: place.directory.path(of: place.name))
        }
        // Not changed since before it was pinned, so neither was another name taken off it meanwhile.
        if status.linkCount == 1, status.isSettled(at: time) { return file }
        let before = try place.directory.status(of: place.name)
        let again = try place.directory.pinned(place.name)
        let now = try again.status()
        let after = try place.directory.status(of: place.name)
        // Making and removing links moves the time of the change, from one look to the next where the kernel has
        // multigrain timestamps (6.13), else from one tick to the next.
        guard let before, let after, now.linkCount == 1, before.isUnchanged(in: now), now.isUnchanged(in: after) else {
            throw LinuxIOError(
                code: .stale, call: "statx", path: place.directory.path(of: place.name),
                detail: "its names are being changed")
        }
        return again
    }

    /// Whether a file in a directory has other names, and others could have made this one; see `pinOwn`.
    public func isPlanted(
        _ file: FileStatus, in directory: borrowing DirectoryHandle
    ) throws(LinuxIOError) -> Bool {
        guard file.hasOtherNames else { return false }
        return try !isGuarded(directory)
    }

    /// Whether nobody but root and this user can make or exchange names in a directory, nor in any above it.
    public func isGuarded(_ directory: borrowing DirectoryHandle) throws(LinuxIOError) -> Bool {
        let walk = try PathWalk(root: descriptor, path: directory.path)
        let found = try walk.open(try Self.components(of: directory.path))
        guard walk.isTrusted else { return false }
        return try found.status().isSameFile(as: try directory.status())
    }

    /// Opens the directory that holds the last component of a path, which lies below `top`: neither a symbolic link nor
    /// a mount between the two is gone through.
    public func openParent(of path: String, within top: String) throws(LinuxIOError) -> ParentDirectory {
        let above = try Self.components(of: top)
        var components = try Self.components(of: path)
        guard components.count > above.count, Array(components[..<above.count]) == above,
            let name = components.popLast()
        else {
            throw LinuxIOError(code: .invalid, call: "openat", path: path, detail: "it does not lie below '\(top)'")
        }
        var directory = try openDirectory(top)
        let mount = try directory.status()
        for component in components[above.count...] {
            let next = try directory.openSubdirectory(component)
            guard try next.status().isOnMount(of: mount) else {
                throw LinuxIOError(code: .crossDevice, call: "openat", path: next.path)
            }
            directory = next
        }
        return ParentDirectory(directory: directory, name: name)
    }
}
