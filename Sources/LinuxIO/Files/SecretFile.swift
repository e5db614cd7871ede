internal import Glibc

/// Files that hold a secret of one user: made once, and read only where nobody else could have read or written them.
public enum SecretFile {
    /// Reads the file of a name in a directory, or makes it with `contents` if there is none.
    ///
    /// When two processes make it at the same time, both get what the first one wrote.
    public static func readOrCreate(
        _ name: String, in directory: borrowing DirectoryHandle, limit: Int, contents: () -> [UInt8]
    ) throws(LinuxIOError) -> [UInt8] {
        if try directory.status(of: name) == nil { try create(name, in: directory, contents()) }
        return try read(name, in: directory, limit: limit)
    }

    /// Reads a file; refuses one that is another user's or that others may read.
    public static func read(
        _ name: String, in directory: borrowing DirectoryHandle, limit: Int
    ) throws(LinuxIOError) -> [UInt8] {
        let file = try directory.openForReading(name)
        let status = try file.status()
        guard status.owner == geteuid(), status.permissions & 0o077 == 0 else {
            throw LinuxIOError(
                code: .access, call: "open", path: directory.path(of: name),
                detail: "it holds a secret, and must belong to its user and be closed to others (mode 0600)")
        }
        return try file.readAll(limit: limit)
    }

    /// Puts a file in the place of whatever has the name.
    public static func replace(
        _ name: String, in directory: borrowing DirectoryHandle, _ contents: [UInt8]
    ) throws(LinuxIOError) {
        let temporary = try write(contents, for: name, in: directory)
        try directory.rename(temporary, to: name)
        try directory.sync()
    }

    private static func create(
        _ name: String, in directory: borrowing DirectoryHandle, _ contents: [UInt8]
    ) throws(LinuxIOError) {
        let temporary = try write(contents, for: name, in: directory)
        do throws(LinuxIOError) {
            try directory.renameNoReplace(temporary, to: name)
        } catch {
            try directory.remove(temporary)
            guard error.code == .exists else { throw error }
        }
        try directory.sync()
    }

    /// Writes a temporary file durably; returns its name.
    private static func write(
        _ contents: [UInt8], for name: String, in directory: borrowing DirectoryHandle
    ) throws(LinuxIOError) -> String {
        let temporary = ".\(name).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let file = try directory.createTemporary(temporary)
        try file.writeAll(contents)
        try file.sync()
        return temporary
    }
}
