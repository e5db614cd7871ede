import Glibc
import LinuxIO

/// Makes the daemon's directories where systemd or tmpfiles.d did not.
enum StateDirectories {
    static func make(_ paths: Paths) throws(ConfigurationError) {
        try makeTree(paths.state, permissions: 0o700)
        try makeTree(paths.cache, permissions: 0o711)
        if !paths.isHost || !exists(paths.cache + "/git") { try makeTree(paths.cache + "/git", permissions: 0o700) }
        if let parent = paths.socket.parentPath, parent != "/" { try makeTree(parent, permissions: 0o755) }
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func makeTree(_ path: String, permissions: mode_t) throws(ConfigurationError) {
        var current = ""
        let parts = path.pathComponents
        for (index, part) in parts.enumerated() {
            current += "/" + part
            if exists(current) { continue }
            guard mkdir(current, index == parts.count - 1 ? permissions : 0o755) == 0 || errno == EEXIST else {
                throw ConfigurationError(
                    "cannot make the directory '\(current)': \(String(cString: strerror(errno))); make it yourself")
            }
        }
    }
}
