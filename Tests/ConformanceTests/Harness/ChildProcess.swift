import Glibc
import LinuxIO

/// A program that a test runs, in a process group of its own, with its output in files.
struct ChildProcess: Sendable {
    let pid: pid_t

    /// Starts a program with the given files as its standard streams.
    static func start(
        _ arguments: [String], environment: [String: String], input: String = "/dev/null", output: String,
        error: String
    ) throws -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var mask = sigset_t()
        var defaults = sigset_t()
        sigemptyset(&mask)
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        // Safety: the copies live until the call has read them, and are freed here.
        let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, words, variables)
        guard code == 0 else { throw ConformanceError("cannot start '\(arguments[0])': errno \(code)") }
        return ChildProcess(pid: pid)
    }

    /// Waits for the end; nil when it does not come in time.
    ///
    /// Blocks: call it on a thread of its own.
    func wait(atMost time: Duration) -> Int32? {
        let deadline = ContinuousClock.now + time
        repeat {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                let signal = status & 0x7F
                return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            }
            poll(nil, 0, 5)
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Asks the program to stop and waits for it; kills it when it does not.
    @discardableResult
    func stop(atMost time: Duration = .seconds(20)) -> Int32? {
        kill(pid, SIGTERM)
        if let status = wait(atMost: time) { return status }
        kill(-pid, SIGKILL)
        return wait(atMost: .seconds(5))
    }
}

/// A test that cannot go on.
struct ConformanceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs something that blocks on a thread of its own.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await WorkerThread(name: "conformance").run(body)
}
