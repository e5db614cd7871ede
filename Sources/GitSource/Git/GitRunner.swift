internal import Subprocess

/// Calls git: with a clean environment, in a session of its own, as an unprivileged account, within limits.
public struct GitRunner: Sendable {
    /// Takes bytes that git prints.
    typealias Consumer = @Sendable ([UInt8]) async throws -> Void

    /// The account that git runs as; `nil` for our own.
    public let account: GitAccount?
    private let program: String
    private let inherited: [String: String]

    /// Prepares to call git.
    ///
    /// Of `environment`, usually the process's own, only what credentials, proxies and agents need is passed on.
    /// `program` is a name that is looked up in `PATH`.
    public init(environment: [String: String], account: GitAccount? = nil, program: String = "git") {
        inherited = environment
        self.account = account
        self.program = program
    }

    /// Calls git and returns all that it printed, at most `limit` bytes, whatever its exit status.
    func output(
        of command: GitCommand, in environment: GitEnvironment, by deadline: Deadline, limit: Int = 1 << 20
    ) async throws(GitSourceError) -> GitOutput {
        let collected = BoundedBytes(limit: limit)
        let (status, complaint) = try await run(command, in: environment, by: deadline) { chunk in
            guard collected.append(chunk) else {
                throw GitSourceError(.tooLarge, "cannot \(command.activity): git prints more than \(limit) bytes")
            }
        }
        return GitOutput(status: status, bytes: collected.bytes, complaint: complaint)
    }

    /// Calls git and hands on what it prints as it comes; the exit status and the end of its complaints come back.
    ///
    /// When the deadline passes, the task is cancelled or the consumer throws, git and all that it started are killed.
    func run(
        _ command: GitCommand, in environment: GitEnvironment, by deadline: Deadline,
        consumer: @escaping Consumer
    ) async throws(GitSourceError) -> (status: Int32, complaint: String) {
        do {
            return try await withThrowingTaskGroup(of: (Int32, String)?.self) { group in
                group.addTask { try await start(command, in: environment, consumer: consumer) }
                group.addTask {
                    try await ContinuousClock().sleep(until: deadline.instant)
                    return nil
                }
                defer { group.cancelAll() }
                guard let ended = try await group.next(), let result = ended else {
                    throw deadline.expiry
                }
                // What git says when it is killed for a cancellation is not about the remote.
                try Task.checkCancellation()
                return result
            }
        } catch {
            throw failure(error, of: command)
        }
    }

    private func start(
        _ command: GitCommand, in environment: GitEnvironment, consumer: @escaping Consumer
    ) async throws -> (Int32, String) {
        let variables = environment.variables(for: command)
        let custom = Dictionary(
            uniqueKeysWithValues: variables.compactMap { name, value in
                Environment.Key(rawValue: name).map { ($0, value) }
            })
        let arguments = ["-C", command.repository, "--git-dir=.", "--no-pager", "--literal-pathspecs"]
        let result = try await Subprocess.run(
            .name(program), arguments: Arguments(arguments + command.arguments), environment: .custom(custom),
            platformOptions: options, input: .array(command.input), output: .sequence, error: .sequence
        ) { execution in
            async let complaint = Self.tail(of: execution.standardError)
            for try await chunk in execution.standardOutput {
                try await consumer(chunk.withUnsafeBytes { [UInt8]($0) })
            }
            return try await complaint
        }
        switch result.terminationStatus {
        case .exited(let status): return (status, result.closureResult)
        case .signaled(let signal): return (-signal, result.closureResult)
        }
    }

    /// A session of its own, so that git cannot ask on a terminal, and is killed with everything that it started.
    private var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        if let account {
            options.userID = account.userID
            options.groupID = account.groupID
            options.supplementaryGroups = [account.groupID]
        }
        return options
    }

    private static func tail(of sequence: SubprocessOutputSequence) async throws -> String {
        var tail = OutputTail()
        for try await chunk in sequence { tail.append(chunk.withUnsafeBytes { [UInt8]($0) }) }
        return tail.text
    }

    private func failure(_ error: any Error, of command: GitCommand) -> GitSourceError {
        if let error = error as? SubprocessError, error.code == .executableNotFound {
            return GitSourceError(
                .gitFailed, "cannot \(command.activity): there is no program '\(program)'; install git", cause: error)
        }
        return GitSourceError.wrap(error, while: command.activity)
    }

    /// The environment for calls that work in a cache directory.
    func environment(cacheDirectory: String) -> GitEnvironment {
        GitEnvironment(
            inherited: inherited, home: account.map { $0.home ?? cacheDirectory },
            globalConfiguration: cacheDirectory + "/gitconfig")
    }
}
