internal import CLinux
internal import Glibc

extension DirectoryHandle {
    /// Sets owner and group of a name, a symbolic link itself included; nil leaves one as it is.
    public borrowing func setOwner(_ name: String, owner: UInt32?, group: UInt32?) throws(LinuxIOError) {
        try perform("fchownat", on: name) {
            cl_fchownat(rawValue, $0, owner ?? .max, group ?? .max, Int32(AT_SYMLINK_NOFOLLOW))
        }
    }

    /// Sets the permission bits of a name; a symbolic link is refused, never followed.
    public borrowing func setPermissions(_ name: String, _ permissions: UInt16) throws(LinuxIOError) {
        do throws(LinuxIOError) {
            try perform("fchmodat2", on: name) {
                cl_fchmodat2(rawValue, $0, UInt32(permissions), Int32(AT_SYMLINK_NOFOLLOW))
            }
        } catch  where error.code == .noSystemCall || error.code == .notPermitted {
            // Kernels before 6.6 lack the call, and old seccomp filters answer EPERM to one they do not know.
            try setPermissionsThroughProc(name, permissions)
        }
    }

    /// Sets the permission bits through a pinned descriptor, for kernels without `fchmodat2`.
    borrowing func setPermissionsThroughProc(_ name: String, _ permissions: UInt16) throws(LinuxIOError) {
        let pinned = try pin(name)
        guard try pinned.status().type != .symbolicLink else {
            throw LinuxIOError(
                code: .notSupported, call: "chmod", path: path(of: name), detail: "it is a symbolic link")
        }
        let result = cl_chmod("/proc/self/fd/\(pinned.rawValue)", UInt32(permissions))
        try checked(result, "chmod", path(of: name))
    }

    /// Sets the time of the last modification of a name, a symbolic link itself included.
    public borrowing func setModified(_ name: String, _ time: Timestamp) throws(LinuxIOError) {
        try perform("utimensat", on: name) {
            cl_utimensat(rawValue, $0, time.seconds, Int64(time.nanoseconds), Int32(AT_SYMLINK_NOFOLLOW))
        }
    }

    /// The identity of this directory, as fanotify events give it.
    public borrowing func fileHandle() throws(LinuxIOError) -> FileHandleKey {
        do throws(LinuxIOError) { return try FileHandleKey(of: descriptor) } catch { throw located(error) }
    }
}
