public import Glibc

/// A program that a test runs.
///
/// It gets the streams and the environment that it is given, every signal at its default, and no descriptor that is
/// close-on-exec. What waits blocks: call it on a thread of its own.
public struct ChildProcess: Sendable {
    /// What a standard stream of a program is.
    public enum Stream: Sendable {
        /// Nothing to read, and nowhere to write.
        case null
        /// A descriptor of the parent.
        case descriptor(OwnedDescriptor)
        /// A file that is read, or made and written from its beginning.
        case file(String)
        /// A file that is made, or written on from its end.
        case log(String)
        /// Where the standard output goes.
        case output
    }

    /// The process.
    public let pid: pid_t

    /// Starts a program that is looked up in PATH, in a process group of its own unless told otherwise.
    ///
    /// `others` become its descriptors from 3 on.
    public static func start(
        _ words: [String], environment: [String: String], input: Stream = .null, output: Stream = .null,
        error: Stream = .null, others: [OwnedDescriptor] = [], hasOwnGroup: Bool = true
    ) throws -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (stream, number) in [(input, 0), (output, 1), (error, 2)] as [(Stream, Int32)] {
            open(stream, as: number, &actions)
        }
        for (offset, other) in others.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, other.number, Int32(3 + offset))
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (hasOwnGroup ? POSIX_SPAWN_SETPGROUP : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        // Safety: the copies live until the call has read them, and are freed here.
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables)
        guard code == 0 else { throw ChildProcessError("cannot start '\(words[0])': errno \(code)") }
        return ChildProcess(pid: pid)
    }

    private static func open(_ stream: Stream, as number: Int32, _ actions: inout posix_spawn_file_actions_t) {
        switch stream {
        case .null:
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor.number, number)
        case .file(let path):
            let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
            posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
        case .log(let path):
            posix_spawn_file_actions_addopen(&actions, number, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        case .output: posix_spawn_file_actions_adddup2(&actions, 1, number)
        }
    }

    /// The status of the program if it has ended (128 + n after signal n); reaps it, so ask once more only after nil.
    public func pollStatus() -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? Self.code(status) : nil
    }

    /// Waits for the end of the program; -1 when somebody else did.
    @discardableResult
    public func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 { if errno != EINTR { return -1 } }
        return Self.code(status)
    }

    /// Waits for the end; nil when it does not come in time.
    public func wait(until deadline: ContinuousClock.Instant) -> Int32? {
        repeat {
            if let status = pollStatus() { return status }
            poll(nil, 0, 5)
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Waits for the end; nil when it does not come in time.
    public func wait(atMost time: Duration) -> Int32? { wait(until: .now + time) }

    /// Asks the program to stop and waits for it; kills its group when it does not.
    @discardableResult
    public func stop(atMost time: Duration = .seconds(20)) -> Int32? {
        kill(pid, SIGTERM)
        if let status = wait(atMost: time) { return status }
        killGroup()
        return wait(atMost: .seconds(5))
    }

    /// Kills the whole process group.
    public func killGroup() { kill(-pid, SIGKILL) }

    private static func code(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// A program that a test cannot run.
public struct ChildProcessError: Error, CustomStringConvertible {
    /// What was tried and why it failed.
    public let description: String

    init(_ description: String) { self.description = description }
}
