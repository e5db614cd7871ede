import Glibc

/// Paths as the user of the command line means them.
enum LocalPath {
    /// The absolute form, which the daemon needs: it works elsewhere.
    static func absolute(_ path: String) throws -> String {
        guard let found = realpath(path, nil) else {
            throw CommandFailure("cannot find '\(path)': \(String(cString: strerror(errno)))")
        }
        defer { free(found) }
        return String(cString: found)
    }
}
