import Glibc

extension PolicyFile {
    static func isLinkToDirectory(_ path: String) throws(PolicyProblem) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("stat", path, errno) }
        return status.st_mode & S_IFMT == S_IFLNK ? try isDirectory(path) : false
    }

    /// Puts other contents in the place of a file: whoever reads it sees the old ones or the new ones.
    ///
    /// Mode and owner stay; a symbolic link stays, and what it leads to is replaced.
    static func replace(_ path: String, with bytes: [UInt8]) throws(PolicyProblem) {
        guard let resolved = realpath(path, nil) else { throw failure("realpath", path, errno) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        var status = stat()
        guard stat(target, &status) == 0 else { throw failure("stat", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PolicyProblem("write \(path): only a regular file can be overwritten")
        }
        try install(bytes, at: target, named: path) { (file) throws(PolicyProblem) in
            if status.st_uid != geteuid() || status.st_gid != getegid(), fchown(file, status.st_uid, status.st_gid) != 0
            {
                throw failure("chown", path, errno)
            }
            guard fchmod(file, status.st_mode & 0o7777) == 0 else { throw failure("chmod", path, errno) }
        }
    }

    /// Makes a file, or puts other contents in its place: whoever reads it sees the old ones, the new ones or nothing.
    ///
    /// A symbolic link stays, and so does what is no file: a terminal or a pipe gets the bytes.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(PolicyProblem) {
        var target = path
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT != S_IFREG { return try pour(bytes, into: path) }
            guard let resolved = realpath(path, nil) else { throw failure("realpath", path, errno) }
            defer { free(resolved) }
            target = String(cString: resolved)
        } else if errno != ENOENT {
            throw failure("stat", path, errno)
        }
        try install(bytes, at: target, named: path) { (file) throws(PolicyProblem) in
            guard fchmod(file, mode) == 0 else { throw failure("chmod", path, errno) }
        }
    }

    private static func pour(_ bytes: [UInt8], into path: String) throws(PolicyProblem) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", path, errno) }
        defer { close(file) }
        try writeAll(bytes, to: file, named: path)
    }

    /// Writes a file under another name, then gives it its own.
    private static func install(
        _ bytes: [UInt8], at target: String, named path: String, prepare: (Int32) throws(PolicyProblem) -> Void
    ) throws(PolicyProblem) {
        let slash = target.lastIndex(of: "/")
        let directory = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
        // Not of the file's own name, which may be as long as names get.
        let temporary = "\(directory)/.aetherctl-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("write", path, errno) }
        var isInstalled = false
        defer {
            close(file)
            if !isInstalled { unlink(temporary) }
        }
        try writeAll(bytes, to: file, named: path)
        try prepare(file)
        guard fsync(file) == 0 else { throw failure("sync", path, errno) }
        guard rename(temporary, target) == 0 else { throw failure("rename", path, errno) }
        isInstalled = true
        let parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw failure("open", directory, errno) }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw failure("sync", directory, errno) }
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32, named path: String) throws(PolicyProblem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safety: write reads the bytes of the buffer and keeps no pointer.
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path, count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
    }
}
