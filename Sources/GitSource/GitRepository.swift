internal import LinuxIO

/// A clone of one repository in a cache directory, and the working copies made from it.
///
/// Operations run one at a time, in the order asked for. A second process on the same cache directory is refused as
/// `busy`. A clone that turns out damaged is made anew by the next fetch, or within it. Cancelling a call kills git
/// and leaves the cache usable.
public final class GitRepository: Sendable {
    /// What the repository is, and where in it.
    public let location: GitLocation
    let cache: CacheDirectory
    let runner: GitRunner
    let environment: GitEnvironment
    let limits: SourceLimits
    let files: WorkerThread
    /// How many packs may gather before they are joined.
    let packCountMaximum: Int
    private let gate = OperationGate()

    /// Prepares a clone, without fetching anything; the cache directory must exist and belong to us.
    public convenience init(
        cacheDirectory: String, location: GitLocation, runner: GitRunner, limits: SourceLimits = SourceLimits()
    ) throws(GitSourceError) {
        try self.init(
            cacheDirectory: cacheDirectory, location: location, runner: runner, limits: limits, packCountMaximum: 32)
    }

    init(
        cacheDirectory: String, location: GitLocation, runner: GitRunner, limits: SourceLimits, packCountMaximum: Int
    ) throws(GitSourceError) {
        try location.validate()
        guard cacheDirectory.isAbsolutePath else {
            throw GitSourceError(
                .invalidLocation, "cannot use '\(cacheDirectory)' as a cache: it is not an absolute path")
        }
        self.location = location
        self.runner = runner
        self.limits = limits
        self.packCountMaximum = packCountMaximum
        cache = CacheDirectory(path: cacheDirectory)
        environment = runner.environment(cacheDirectory: cacheDirectory)
        do {
            files = try WorkerThread(name: "git-files")
        } catch {
            throw GitSourceError(error, while: "start the thread for '\(cacheDirectory)'")
        }
    }

    /// Runs an operation alone, in this process and among processes, on a repository that is ready.
    func alone<Result: Sendable>(
        _ activity: String, _ body: () async throws(GitSourceError) -> Result
    ) async throws(GitSourceError) -> Result {
        try await gate.run(activity: activity) { () async throws(GitSourceError) -> Result in
            let lock = try await blocking(activity) { [cache] in try cache.holdLock(activity) }
            defer { lock.release() }
            return try await body()
        }
    }

    /// Runs file operations on the thread for them.
    func blocking<Result: Sendable>(
        _ activity: String, _ body: @Sendable @escaping () throws -> Result
    ) async throws(GitSourceError) -> Result {
        do {
            return try await files.run(body)
        } catch {
            throw GitSourceError.wrap(error, while: activity)
        }
    }

    /// Calls git and throws unless it succeeds, or ends with one of the other statuses allowed.
    func git(
        _ command: GitCommand, by deadline: Deadline, allowing statuses: Set<Int32> = [], limit: Int = 1 << 20
    ) async throws(GitSourceError) -> GitOutput {
        let output = try await runner.output(of: command, in: environment, by: deadline, limit: limit)
        guard output.isSuccess || statuses.contains(output.status) else {
            throw failure(output.complaint, status: output.status, of: command)
        }
        return output
    }

    /// The error for what git complained about.
    func failure(_ text: String, status: Int32, of command: GitCommand) -> GitSourceError {
        let complaint = GitComplaint(text, isRemote: command.isRemote)
        let reason = status < 0 ? "git was killed by signal \(-status)" : complaint.line
        return GitSourceError(complaint.code, "cannot \(command.activity): \(reason)")
    }

    func command(
        _ arguments: [String], _ activity: String, input: [UInt8] = [], isRemote: Bool = false
    ) -> GitCommand {
        GitCommand(
            arguments: arguments, repository: cache.repositoryPath, input: input, activity: activity, isRemote: isRemote
        )
    }
}
