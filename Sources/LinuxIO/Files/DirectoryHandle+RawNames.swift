internal import CLinux
internal import Glibc

/// Operations on names that are not UTF-8, which `DirectoryEntry.rawName` carries.
extension DirectoryHandle {
    /// The status of a raw name, or nil if there is none.
    public borrowing func status(ofRaw name: [UInt8]) throws(LinuxIOError) -> FileStatus? {
        var raw = statx()
        do throws(LinuxIOError) {
            try perform("statx", onRaw: name) { cl_statx(rawValue, $0, FileStatus.flags, FileStatus.mask, &raw) }
        } catch  where error.isAbsence {
            return nil
        }
        return FileStatus(raw)
    }

    /// Opens a directory in this one by its raw name.
    public borrowing func openSubdirectory(raw name: [UInt8]) throws(LinuxIOError) -> DirectoryHandle {
        let flags = Int32(O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        let number = try perform("openat", onRaw: name) { cl_openat(rawValue, $0, flags, 0) }
        let place = path(of: DirectoryEntry.readable(name))
        return DirectoryHandle(owning: FileDescriptor(owning: Int32(number)), path: place)
    }

    /// Removes a raw name that is not a directory.
    public borrowing func remove(raw name: [UInt8]) throws(LinuxIOError) {
        try perform("unlinkat", onRaw: name) { cl_unlinkat(rawValue, $0, 0) }
    }

    /// Removes an empty directory by its raw name.
    public borrowing func removeDirectory(raw name: [UInt8]) throws(LinuxIOError) {
        try perform("unlinkat", onRaw: name) { cl_unlinkat(rawValue, $0, Int32(AT_REMOVEDIR)) }
    }

    /// Moves a raw name to a readable one, possibly in another directory; fails with EEXIST if that is taken.
    public borrowing func renameNoReplace(
        raw name: [UInt8], toDirectory other: borrowing DirectoryHandle, as newName: String
    ) throws(LinuxIOError) {
        try other.requireValid(newName, "renameat2")
        let number = other.rawValue
        // Safety: the C strings live for the call only.
        try perform("renameat2", onRaw: name) { old in
            newName.withCString { cl_renameat2(rawValue, old, number, $0, 1) }
        }
    }

    /// Moves a readable name back to a raw one, possibly in another directory; fails with EEXIST if that is taken.
    public borrowing func renameNoReplace(
        _ name: String, toDirectory other: borrowing DirectoryHandle, asRaw newName: [UInt8]
    ) throws(LinuxIOError) {
        try requireValid(name, "renameat2")
        let number = rawValue
        let otherNumber = other.rawValue
        // Safety: the C strings live for the call only.
        try other.perform("renameat2", onRaw: newName) { new in
            name.withCString { cl_renameat2(number, $0, otherNumber, new, 1) }
        }
    }

    /// Sets owner and group of a raw name; nil leaves one as it is.
    public borrowing func setOwner(raw name: [UInt8], owner: UInt32?, group: UInt32?) throws(LinuxIOError) {
        try perform("fchownat", onRaw: name) {
            cl_fchownat(rawValue, $0, owner ?? .max, group ?? .max, Int32(AT_SYMLINK_NOFOLLOW))
        }
    }
}
