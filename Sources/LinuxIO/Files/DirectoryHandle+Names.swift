internal import CLinux
internal import Glibc

extension DirectoryHandle {
    private static let noReplace: UInt32 = 1
    private static let exchangeFlag: UInt32 = 2

    /// Exchanges what two names stand for, in one step (`RENAME_EXCHANGE`); both must exist.
    public borrowing func exchange(_ first: String, _ second: String) throws(LinuxIOError) {
        try move(first, to: self, as: second, flags: Self.exchangeFlag)
    }

    /// Gives a name another name, and fails with EEXIST if that is taken (`RENAME_NOREPLACE`).
    public borrowing func renameNoReplace(_ name: String, to newName: String) throws(LinuxIOError) {
        try move(name, to: self, as: newName, flags: Self.noReplace)
    }

    /// Gives a name another name; what had that name is gone.
    public borrowing func rename(_ name: String, to newName: String) throws(LinuxIOError) {
        try move(name, to: self, as: newName, flags: 0)
    }

    /// Moves a name into another directory; what had the new name there is gone.
    public borrowing func rename(
        _ name: String, toDirectory other: borrowing DirectoryHandle, as newName: String
    ) throws(LinuxIOError) {
        try move(name, to: other, as: newName, flags: 0)
    }

    /// Moves a name into another directory, and fails with EEXIST if the name is taken there.
    public borrowing func renameNoReplace(
        _ name: String, toDirectory other: borrowing DirectoryHandle, as newName: String
    ) throws(LinuxIOError) {
        try move(name, to: other, as: newName, flags: Self.noReplace)
    }

    /// Exchanges a name here with one in another directory, in one step.
    public borrowing func exchange(
        _ name: String, withDirectory other: borrowing DirectoryHandle, _ otherName: String
    ) throws(LinuxIOError) {
        try move(name, to: other, as: otherName, flags: Self.exchangeFlag)
    }

    /// Gives a file one more name, here; fails with EEXIST if it is taken.
    public borrowing func link(_ name: String, as newName: String) throws(LinuxIOError) {
        try requireValid(newName, "linkat")
        // Safety: the C strings live for the call only.
        try perform("linkat", on: name) { old in newName.withCString { cl_linkat(rawValue, old, rawValue, $0, 0) } }
    }

    /// Removes a name that is not a directory.
    public borrowing func remove(_ name: String) throws(LinuxIOError) {
        try perform("unlinkat", on: name) { cl_unlinkat(rawValue, $0, 0) }
    }

    /// Removes an empty directory.
    public borrowing func removeDirectory(_ name: String) throws(LinuxIOError) {
        try perform("unlinkat", on: name) { cl_unlinkat(rawValue, $0, Int32(AT_REMOVEDIR)) }
    }

    /// Makes a directory; the permissions are exact, whatever the umask.
    public borrowing func makeDirectory(_ name: String, permissions: UInt16 = 0o755) throws(LinuxIOError) {
        try perform("mkdirat", on: name) { cl_mkdirat(rawValue, $0, UInt32(permissions & 0o700)) }
        if permissions & ~0o700 != 0 { try setPermissions(name, permissions) }
    }

    /// Makes a symbolic link.
    public borrowing func makeSymbolicLink(target: String, _ name: String) throws(LinuxIOError) {
        guard !target.isEmpty, !target.utf8.contains(0) else {
            throw LinuxIOError(code: .invalid, call: "symlinkat", path: path(of: name), detail: "not a link target")
        }
        // Safety: the C strings live for the call only.
        try perform("symlinkat", on: name) { link in target.withCString { cl_symlinkat($0, rawValue, link) } }
    }

    /// Makes a FIFO.
    public borrowing func makeFIFO(_ name: String, permissions: UInt16 = 0o600) throws(LinuxIOError) {
        try perform("mkfifoat", on: name) { cl_mkfifoat(rawValue, $0, UInt32(permissions)) }
    }

    /// The target of a symbolic link, as bytes; a longer one than `limit` fails with ENAMETOOLONG.
    public borrowing func readLinkBytes(_ name: String, limit: Int = 4_096) throws(LinuxIOError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = try perform("readlinkat", on: name) { link in
            bytes.withUnsafeMutableBufferPointer { buffer in
                // Safety: the target is written within the array, whose length goes along.
                buffer.withMemoryRebound(to: CChar.self) { cl_readlinkat(rawValue, link, $0.baseAddress, $0.count) }
            }
        }
        guard count <= limit else {
            throw LinuxIOError(code: .nameTooLong, call: "readlinkat", path: path(of: name))
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The target of a symbolic link; one that is not UTF-8 is repaired for display.
    public borrowing func readLink(_ name: String, limit: Int = 4_096) throws(LinuxIOError) -> String {
        String(decoding: try readLinkBytes(name, limit: limit), as: UTF8.self)
    }

    private borrowing func move(
        _ name: String, to other: borrowing DirectoryHandle, as newName: String, flags: UInt32
    ) throws(LinuxIOError) {
        try other.requireValid(newName, "renameat2")
        let number = other.rawValue
        // Safety: the C strings live for the call only.
        try perform("renameat2", on: name) { old in
            newName.withCString { cl_renameat2(rawValue, old, number, $0, flags) }
        }
    }

    borrowing func requireValid(_ name: String, _ call: StaticString) throws(LinuxIOError) {
        guard FileName.isValid(name) else {
            throw LinuxIOError(code: .invalid, call: "\(call)", path: path(of: name), detail: "not a file name")
        }
    }
}
