internal import CLinux
internal import Glibc

/// An open directory in which names are operated on.
///
/// Every operation is relative to the open directory, so that nobody can move it from under the caller; a name is one
/// component, and a symbolic link in its place is never followed.
public struct DirectoryHandle: ~Copyable, Sendable {
    /// The open directory.
    public let descriptor: FileDescriptor
    /// Where it was found, for messages.
    public let path: String

    /// Takes over an open directory; `path` is for messages only.
    public init(owning descriptor: consuming FileDescriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Opens a directory by its path, following symbolic links: for paths that the program itself chose.
    public init(trustedPath path: String) throws(LinuxIOError) {
        let flags = Int32(O_RDONLY | O_DIRECTORY)
        let number = try checked(uninterrupted { cl_openat(Int32(AT_FDCWD), path, flags, 0) }, "openat", path)
        self.init(owning: FileDescriptor(owning: Int32(number)), path: path)
    }

    /// Opens a directory that need be searchable only, by a path that the program itself chose; its names cannot be
    /// listed.
    public init(searchablePath path: String) throws(LinuxIOError) {
        let flags = CL_O_PATH | Int32(O_DIRECTORY)
        let number = try checked(uninterrupted { cl_openat(Int32(AT_FDCWD), path, flags, 0) }, "openat", path)
        self.init(owning: FileDescriptor(owning: Int32(number)), path: path)
    }

    var rawValue: Int32 { descriptor.rawValue }

    /// The path of a name here, for messages.
    public borrowing func path(of name: String) -> String {
        path == "/" ? "/" + name : path + "/" + name
    }

    /// The status of this directory.
    public borrowing func status() throws(LinuxIOError) -> FileStatus {
        do throws(LinuxIOError) { return try descriptor.status() } catch { throw located(error) }
    }

    /// The status of a name, or nil if there is none.
    public borrowing func status(of name: String) throws(LinuxIOError) -> FileStatus? {
        var raw = statx()
        do throws(LinuxIOError) {
            try perform("statx", on: name) { cl_statx(rawValue, $0, FileStatus.flags, FileStatus.mask, &raw) }
        } catch  where error.isAbsence {
            return nil
        }
        return FileStatus(raw)
    }

    /// Opens a regular file for reading; anything else is never opened and fails with `notRegular`.
    ///
    /// Never waits: a file on which somebody holds a lease fails with EAGAIN.
    public borrowing func openForReading(_ name: String) throws(LinuxIOError) -> FileDescriptor {
        let pinned = try pin(name)
        let type = try pinned.status().type
        guard type == .regular else {
            throw notRegular(name, type)
        }
        let flags = Int32(O_RDONLY | O_NOCTTY | O_NONBLOCK)
        var result = uninterrupted {
            cl_openat(Int32(AT_FDCWD), "/proc/self/fd/\(pinned.rawValue)", flags, 0)
        }
        if result == -Int(ENOENT) {
            // Without /proc: opened by name, never waiting, and compared with what was looked at.
            let guarded = flags | Int32(O_NOFOLLOW)
            result = try perform("openat", on: name) { cl_openat(rawValue, $0, guarded, 0) }
            let file = FileDescriptor(owning: Int32(result))
            guard try file.status().isSameFile(as: try pinned.status()) else {
                throw LinuxIOError(code: .stale, call: "openat", path: path(of: name), detail: "replaced meanwhile")
            }
            return file
        }
        return FileDescriptor(owning: Int32(try checked(result, "openat", path(of: name))))
    }

    /// Makes a new file for reading and writing; fails with EEXIST if the name is taken by anything.
    ///
    /// The permissions are exact, whatever the umask.
    public borrowing func createTemporary(
        _ name: String, permissions: UInt16 = 0o600
    ) throws(LinuxIOError) -> FileDescriptor {
        let flags = Int32(O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY)
        let number = try perform("openat", on: name) { cl_openat(rawValue, $0, flags, UInt32(permissions & 0o700)) }
        let file = FileDescriptor(owning: Int32(number))
        if permissions & ~0o700 != 0 {
            do throws(LinuxIOError) { try file.setPermissions(permissions) } catch { throw located(error, name) }
        }
        return file
    }

    /// Opens a file for appending, making it if absent; a link or special file in its place is refused.
    public borrowing func openForAppending(
        _ name: String, permissions: UInt16 = 0o600
    ) throws(LinuxIOError) -> FileDescriptor {
        try openGuarded(name, flags: Int32(O_RDWR | O_APPEND | O_CREAT), permissions: permissions)
    }

    /// Opens a file for reading and writing, making it if absent; a link or special file in its place is refused.
    public borrowing func openForWriting(
        _ name: String, permissions: UInt16 = 0o600
    ) throws(LinuxIOError) -> FileDescriptor {
        try openGuarded(name, flags: Int32(O_RDWR | O_CREAT), permissions: permissions)
    }

    /// Opens a directory in this one; a symbolic link to a directory is refused.
    public borrowing func openSubdirectory(_ name: String) throws(LinuxIOError) -> DirectoryHandle {
        let flags = Int32(O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        let number = try perform("openat", on: name) { cl_openat(rawValue, $0, flags, 0) }
        return DirectoryHandle(owning: FileDescriptor(owning: Int32(number)), path: path(of: name))
    }

    /// Opens a name without opening the file: a handle that only pins the file that the name has at this moment.
    public borrowing func pin(_ name: String) throws(LinuxIOError) -> FileDescriptor {
        let number = try perform("openat", on: name) { cl_openat(rawValue, $0, CL_O_PATH | Int32(O_NOFOLLOW), 0) }
        return FileDescriptor(owning: Int32(number))
    }

    /// Makes this directory's entries durable (`fsync`).
    public borrowing func sync() throws(LinuxIOError) {
        do throws(LinuxIOError) { try descriptor.sync() } catch { throw located(error) }
    }

    /// Makes the whole file system that holds this directory durable (`syncfs`).
    public borrowing func syncFileSystem() throws(LinuxIOError) {
        do throws(LinuxIOError) { try descriptor.syncFileSystem() } catch { throw located(error) }
    }

    private borrowing func openGuarded(
        _ name: String, flags: Int32, permissions: UInt16
    ) throws(LinuxIOError) -> FileDescriptor {
        let guarded = flags | Int32(O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)
        if let status = try status(of: name), status.type != .regular {
            throw LinuxIOError(
                code: .notRegular, call: "openat", path: path(of: name), detail: "it is a \(status.type)")
        }
        let number = try perform("openat", on: name) { cl_openat(rawValue, $0, guarded, UInt32(permissions)) }
        let file = FileDescriptor(owning: Int32(number))
        guard try file.status().type == .regular else {
            throw notRegular(name, .unknown)
        }
        return file
    }

    private borrowing func notRegular(_ name: String, _ type: FileType) -> LinuxIOError {
        LinuxIOError(code: .notRegular, call: "openat", path: path(of: name), detail: "it is a \(type)")
    }
}

extension DirectoryHandle {
    /// Checks a name, calls with it as a C string, and throws what the call answers.
    @discardableResult
    borrowing func perform(
        _ call: StaticString, on name: String, _ body: (UnsafePointer<CChar>) -> Int
    ) throws(LinuxIOError) -> Int {
        guard FileName.isValid(name) else {
            throw LinuxIOError(code: .invalid, call: "\(call)", path: path(of: name), detail: "not a file name")
        }
        // Safety: the C string lives for the call only, and shims keep no pointer.
        let result = name.withCString { pointer in uninterrupted { body(pointer) } }
        return try checked(result, call, path(of: name))
    }

    /// Checks a raw name, calls with it as a C string, and throws what the call answers.
    @discardableResult
    borrowing func perform(
        _ call: StaticString, onRaw name: [UInt8], _ body: (UnsafePointer<CChar>) -> Int
    ) throws(LinuxIOError) -> Int {
        guard FileName.isValid(name) else {
            let text = String(decoding: name, as: UTF8.self)
            throw LinuxIOError(code: .invalid, call: "\(call)", path: path(of: text), detail: "not a file name")
        }
        let terminated = name.map { CChar(bitPattern: $0) } + [0]
        // Safety: the array is NUL-terminated and outlives the call; shims keep no pointer.
        let result = terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return -Int(EINVAL) }
            return uninterrupted { body(start) }
        }
        return try checked(result, call, path(of: DirectoryEntry.readable(name)))
    }

    /// Puts this directory, or a name in it, into an error that lacks a path.
    borrowing func located(_ error: LinuxIOError, _ name: String? = nil) -> LinuxIOError {
        if error.path != nil { return error }
        let place = name.map { path(of: $0) } ?? path
        return LinuxIOError(code: error.code, call: error.call, path: place, detail: error.detail)
    }
}
