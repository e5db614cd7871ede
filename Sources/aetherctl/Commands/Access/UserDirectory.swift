import Glibc
import LinuxIO

/// The directory in which the user's proxy keeps its certificate: closed to everybody else.
enum UserDirectory {
    /// Opens the directory, making what is missing of its path.
    static func open(_ terminal: Terminal) throws -> DirectoryHandle {
        guard let state = terminal.stateDirectory, state.hasPrefix("/") else {
            throw CommandFailure("there is no place for the proxy's certificate; set HOME or XDG_STATE_HOME")
        }
        let path = state + "/aetheredge"
        var current = ""
        for part in path.split(separator: "/") {
            current += "/" + part
            if mkdir(current, 0o700) == 0 || errno == EEXIST { continue }
            throw CommandFailure("cannot make the directory '\(current)': \(String(cString: strerror(errno)))")
        }
        let directory = try DirectoryHandle(trustedPath: path)
        let status = try directory.status()
        guard status.owner == geteuid() else {
            throw CommandFailure(
                "'\(path)' belongs to user \(status.owner); set XDG_STATE_HOME to a directory of your own")
        }
        guard status.permissions & 0o077 == 0 else {
            throw CommandFailure("'\(path)' is open to others, but holds a secret; run: chmod 700 '\(path)'")
        }
        return directory
    }
}
