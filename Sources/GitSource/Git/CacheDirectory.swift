internal import LinuxIO

/// The directory that holds one source's clone and working copies.
///
/// `repository/` belongs to the account that git runs as; everything else, and the directory itself, is ours: what git
/// does cannot reach into the working copies. All calls block.
struct CacheDirectory: Sendable {
    static let repositoryName = "repository"
    static let treesName = "trees"
    static let partialPrefix = ".partial-"

    let path: String

    var repositoryPath: String { path + "/" + Self.repositoryName }
    var treesPath: String { path + "/" + Self.treesName }

    func open() throws(LinuxIOError) -> DirectoryHandle {
        try RootDirectory(path: path).openDirectory("/")
    }

    /// Makes what is missing and writes the configuration file that git is given in place of the user's.
    func prepare(configuration: String, account: GitAccount?) throws {
        let directory = try open()
        try Self.make(Self.treesName, in: directory)
        if let status = try directory.status(of: Self.repositoryName), status.type != .directory {
            try directory.remove(Self.repositoryName)
        }
        try Self.make(Self.repositoryName, in: directory, permissions: 0o700)
        if let account {
            try directory.setOwner(Self.repositoryName, owner: account.userID, group: account.groupID)
        }
        try write(configuration, in: directory)
    }

    /// Takes the lock that keeps other processes out; it is free again when the descriptor is closed.
    func lock() throws -> FileDescriptor? {
        let lock = try open().openForWriting("lock", permissions: 0o600)
        guard try lock.lockExclusively() else { return nil }
        return lock
    }

    /// Takes the lock, or fails as busy.
    func holdLock(_ activity: String) throws -> LockHolder {
        guard let descriptor = try lock() else {
            throw GitSourceError(
                .busy, "cannot \(activity): another process uses '\(path)'; stop it or use another directory")
        }
        return LockHolder(descriptor)
    }

    /// Makes the directory for working copies if it is missing.
    func prepareTrees() throws {
        try Self.make(Self.treesName, in: open())
    }

    /// Removes every working copy but some, and what interrupted exports left.
    func removeTrees(except kept: Set<String>) throws {
        try prepareTrees()
        let trees = try open().openSubdirectory(Self.treesName)
        for entry in try trees.entries(limit: 1_000_000) where !kept.contains(entry.name) {
            try TreeRemoval.remove(entry.name, from: trees)
        }
    }

    /// Whether the working copy of a name is there.
    func hasTree(_ name: String) throws(LinuxIOError) -> Bool {
        try open().openSubdirectory(Self.treesName).status(of: name) != nil
    }

    /// Removes the clone; the next fetch makes another.
    func removeRepository() throws(LinuxIOError) {
        try TreeRemoval.remove(Self.repositoryName, from: open())
    }

    private static func make(
        _ name: String, in directory: borrowing DirectoryHandle, permissions: UInt16 = 0o755
    ) throws(LinuxIOError) {
        if let status = try directory.status(of: name) {
            guard status.type == .directory else {
                throw LinuxIOError(code: .notDirectory, call: "mkdirat", path: directory.path(of: name))
            }
            return
        }
        try directory.makeDirectory(name, permissions: permissions)
    }

    private func write(_ configuration: String, in directory: borrowing DirectoryHandle) throws(LinuxIOError) {
        let name = "gitconfig"
        let bytes = Array(configuration.utf8)
        if try directory.status(of: name) != nil {
            let held = try directory.openForReading(name).readAll(limit: 1 << 20)
            if held == bytes { return }
        }
        let temporary = name + ".new"
        if try directory.status(of: temporary) != nil { try directory.remove(temporary) }
        let file = try directory.createTemporary(temporary, permissions: 0o644)
        try file.writeAll(bytes)
        try file.sync()
        try directory.rename(temporary, to: name)
    }
}
