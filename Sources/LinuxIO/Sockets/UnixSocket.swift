internal import CLinux
internal import Glibc

/// Listens on a Unix socket with a name in a directory, however long its path.
///
/// The socket is bound under a temporary name and gets its mode before it is moved to its own, so that nobody can
/// connect earlier. A socket file that nobody listens on is replaced; a live one fails with EADDRINUSE, and anything
/// else with EEXIST.
public func listenUnixSocket(
    in directory: borrowing DirectoryHandle, name: String, mode: UInt16 = 0o600, backlog: Int32 = 128
) throws(LinuxIOError) -> FileDescriptor {
    let isStale = try checkSocketName(in: directory, name)
    let random = try randomBytes(count: 8).map { String($0, radix: 16) }.joined()
    let temporary = ".s-\(random)"
    let socket = FileDescriptor(owning: Int32(try checked(cl_unix_socket(), "socket")))
    let place = "/proc/self/fd/\(directory.rawValue)/\(temporary)"
    try checked(cl_bind_unix(socket.rawValue, place), "bind", directory.path(of: name))
    do throws(LinuxIOError) {
        try directory.setPermissions(temporary, mode)
        try checked(cl_listen(socket.rawValue, backlog), "listen", directory.path(of: name))
        if isStale {
            try directory.rename(temporary, to: name)
        } else {
            try directory.renameNoReplace(temporary, to: name)
        }
    } catch {
        // The first error is the one to report.
        try? directory.remove(temporary)
        throw error
    }
    return socket
}

/// Answers whether there is a socket file that nobody listens on; throws if the name cannot be taken.
private func checkSocketName(in directory: borrowing DirectoryHandle, _ name: String) throws(LinuxIOError) -> Bool {
    guard let status = try directory.status(of: name) else { return false }
    let path = directory.path(of: name)
    guard status.type == .socket else {
        throw LinuxIOError(code: .exists, call: "bind", path: path, detail: "it is a \(status.type), not a socket")
    }
    do throws(LinuxIOError) {
        _ = try connectUnix(in: directory, name: name, timeout: .seconds(1))
    } catch  where error.code == .connectionRefused {
        return true
    } catch  where error.isAbsence {
        return false
    } catch  where error.code == .again {
        // A full backlog: somebody listens.
    }
    throw LinuxIOError(code: .addressInUse, call: "bind", path: path, detail: "another process listens on it")
}

/// Connects to a Unix socket by its path, however long; sends and receives fail with EAGAIN after the timeout.
public func connectUnix(_ path: String, timeout: Duration = .seconds(30)) throws(LinuxIOError) -> FileDescriptor {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
        return try connectUnix(in: try DirectoryHandle(trustedPath: "."), name: path, timeout: timeout)
    }
    let parent = slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
    let name = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
    return try connectUnix(in: try DirectoryHandle(searchablePath: parent), name: name, timeout: timeout)
}

/// Connects to a Unix socket by its name in a directory; sends and receives fail with EAGAIN after the timeout.
public func connectUnix(
    in directory: borrowing DirectoryHandle, name: String, timeout: Duration = .seconds(30)
) throws(LinuxIOError) -> FileDescriptor {
    try directory.requireValid(name, "connect")
    let socket = FileDescriptor(owning: Int32(try checked(cl_unix_socket(), "socket")))
    let (seconds, attoseconds) = timeout.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    try checked(cl_set_timeouts(socket.rawValue, microseconds), "setsockopt")
    let place = "/proc/self/fd/\(directory.rawValue)/\(name)"
    try checked(uninterrupted { cl_connect_unix(socket.rawValue, place) }, "connect", directory.path(of: name))
    return socket
}

/// Takes one connection from a listening socket.
public func acceptUnix(on socket: borrowing FileDescriptor) throws(LinuxIOError) -> FileDescriptor {
    FileDescriptor(owning: Int32(try checked(uninterrupted { cl_accept(socket.rawValue) }, "accept4")))
}
