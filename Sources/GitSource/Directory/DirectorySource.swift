internal import LinuxIO

/// A plain directory as a source: its digest at one moment, and working copies that no longer change.
public final class DirectorySource: Sendable {
    /// The directory.
    public let location: DirectoryLocation
    private let cache: CacheDirectory
    private let limits: SourceLimits
    private let files: WorkerThread
    private let gate = OperationGate()
    /// Called after each reading of the directory, before it is looked at again.
    private let afterReading: @Sendable () throws -> Void

    /// How often a directory that changes meanwhile is read anew.
    static let attemptCount = 5

    /// Prepares to read a directory; the cache directory must exist and belong to us.
    public convenience init(
        location: DirectoryLocation, cacheDirectory: String, limits: SourceLimits = SourceLimits()
    ) throws(GitSourceError) {
        try self.init(location: location, cacheDirectory: cacheDirectory, limits: limits, afterReading: {})
    }

    init(
        location: DirectoryLocation, cacheDirectory: String, limits: SourceLimits,
        afterReading: @escaping @Sendable () throws -> Void
    ) throws(GitSourceError) {
        self.afterReading = afterReading
        try location.validate()
        try DirectoryLocation(path: cacheDirectory).validate()
        self.location = location
        self.limits = limits
        cache = CacheDirectory(path: cacheDirectory)
        do {
            files = try WorkerThread(name: "git-files")
        } catch {
            throw GitSourceError(error, while: "start the thread for '\(location.path)'")
        }
    }

    /// Reads the whole directory and says what it holds.
    ///
    /// If it changes meanwhile it is read anew, a few times; then the error is `unstable`.
    public func snapshot() async throws(GitSourceError) -> DirectorySnapshot {
        try await alone("read '\(location.path)'") { [location, limits, afterReading] activity in
            let root = try Self.open(location, activity)
            return try Self.settle(activity) {
                let scan = try DirectoryScan(of: root, limits: limits, activity: activity)
                let reading = DirectoryReading(root: root, scan: scan, activity: activity)
                guard case .read(let snapshot) = try reading.perform() else { return nil }
                try afterReading()
                guard try Self.isSettled(snapshot, reading, limits: limits) else { return nil }
                return snapshot
            }
        }
    }

    /// Copies the directory as a snapshot found it, or finds the copy made before.
    ///
    /// If the directory is no longer what the snapshot says, the error is `unstable`: take another snapshot.
    public func checkout(_ snapshot: DirectorySnapshot) async throws(GitSourceError) -> WorkingCopy {
        try await alone("copy '\(location.path)'") { [cache, location, limits] activity in
            try cache.prepareTrees()
            let lock = try cache.holdLock(activity)
            defer { lock.release() }
            let path = cache.treesPath + "/" + snapshot.hex
            if try !cache.hasTree(snapshot.hex) {
                let root = try Self.open(location, activity)
                try Self.copy(root, as: snapshot, to: cache, limits: limits, activity)
            }
            return WorkingCopy(treePath: path, path: path, revision: snapshot.digest)
        }
    }

    /// Removes working copies, except those of the digests given, and what interrupted copies left.
    public func collectGarbage(keeping digests: Set<String>) async throws(GitSourceError) {
        let kept = Set(digests.map { $0.hasPrefix("sha256:") ? String($0.dropFirst("sha256:".count)) : $0 })
        try await alone("remove old working copies from '\(cache.path)'") { [cache] activity in
            let lock = try cache.holdLock(activity)
            defer { lock.release() }
            try cache.removeTrees(except: kept)
        }
    }

    private func alone<Result: Sendable>(
        _ activity: String, _ body: @Sendable @escaping (String) throws -> Result
    ) async throws(GitSourceError) -> Result {
        try await gate.run(activity: activity) { () async throws(GitSourceError) -> Result in
            do {
                return try await files.run { try body(activity) }
            } catch {
                throw GitSourceError.wrap(error, while: activity)
            }
        }
    }

    private static func open(_ location: DirectoryLocation, _ activity: String) throws -> RootDirectory {
        do throws(LinuxIOError) {
            return try RootDirectory(path: location.path)
        } catch {
            guard error.isAbsence else { throw error }
            throw GitSourceError(.pathNotFound, "cannot \(activity): there is no such directory", cause: error)
        }
    }

    private static func copy(
        _ root: RootDirectory, as snapshot: DirectorySnapshot, to cache: CacheDirectory, limits: SourceLimits,
        _ activity: String
    ) throws {
        let trees = try cache.open().openSubdirectory(CacheDirectory.treesName)
        let partialName = CacheDirectory.partialPrefix + snapshot.hex
        try TreeRemoval.remove(partialName, from: trees)
        try trees.makeDirectory(partialName, permissions: 0o700)
        let scan = try DirectoryScan(of: root, limits: limits, activity: activity)
        var reading = DirectoryReading(root: root, scan: scan, activity: activity)
        reading.copyRoot = cache.treesPath + "/" + partialName
        // The copy is judged by its own digest, so a change between scan and copy cannot slip through.
        guard case .read(let copied) = try reading.perform(), copied == snapshot else {
            try TreeRemoval.remove(partialName, from: trees)
            throw GitSourceError(.unstable, "cannot \(activity): it is no longer what was read before; read it anew")
        }
        try trees.setPermissions(partialName, 0o755)
        try trees.syncFileSystem()
        try trees.renameNoReplace(partialName, to: snapshot.hex)
        try trees.sync()
    }

    /// Tries until a body gives something; files that vanish meanwhile count as a change too.
    private static func settle<Result>(_ activity: String, _ body: () throws -> Result?) throws -> Result {
        for _ in 1...attemptCount {
            do {
                if let result = try body() { return result }
            } catch let error as LinuxIOError where isChange(error) {
                continue
            }
        }
        throw GitSourceError(
            .unstable,
            "cannot \(activity): it changed each of the \(attemptCount) times it was read; stop what writes there")
    }

    /// Whether an error is what a file gives that was removed or replaced after it was listed.
    private static func isChange(_ error: LinuxIOError) -> Bool {
        error.isAbsence || [.loop, .stale, .notRegular, .invalid].contains(error.code)
    }

    /// Whether the directory still is what was read.
    ///
    /// A file that was changed within the last tick of the clock can change again without a trace in its times; then
    /// the content is compared too.
    private static func isSettled(
        _ snapshot: DirectorySnapshot, _ reading: DirectoryReading, limits: SourceLimits
    ) throws -> Bool {
        let again = try DirectoryScan(of: reading.root, limits: limits, activity: reading.activity)
        guard again == reading.scan else { return false }
        guard let youngest = again.entries.map(\.status.changed).max() else { return true }
        guard wallClockNow().duration(since: youngest) < .milliseconds(50) else { return true }
        var second = reading
        second.copyRoot = nil
        guard case .read(let reread) = try second.perform() else { return false }
        return reread == snapshot
    }
}
