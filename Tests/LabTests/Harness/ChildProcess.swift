import Glibc
import Synchronization

/// A child process with its standard streams in our hands.
///
/// All calls block; run them through `onOwnThread`.
struct ChildProcess: Sendable {
    let pid: pid_t

    /// Where a descriptor of the child comes from.
    struct Redirection {
        let source: Int32
        let target: Int32
    }

    /// Starts `arguments` in a process group of its own with the given descriptors open.
    static func start(
        _ arguments: [String], environment: [String: String], redirections: [Redirection]
    ) throws -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for redirection in redirections {
            posix_spawn_file_actions_adddup2(&actions, redirection.source, redirection.target)
        }

        var defaults = sigset_t()
        var mask = sigset_t()
        sigemptyset(&mask)
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var pid = pid_t()
        let status = withCStrings(arguments) { argv in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                spawning.withLock { _ in posix_spawnp(&pid, arguments[0], &actions, &attributes, argv, envp) }
            }
        }
        guard status == 0 else { throw LabError("cannot start '\(arguments[0])'", errno: status) }
        return ChildProcess(pid: pid)
    }

    /// The exit status if the process has ended (128 + n after signal n).
    ///
    /// Reaps it, so ask once more only after nil.
    func pollStatus() -> Int32? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Waits for the end of the process.
    func wait(until deadline: ContinuousClock.Instant) -> Int32? {
        repeat {
            if let status = pollStatus() { return status }
            poll(nil, 0, 5)
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Kills the whole process group.
    func killGroup() {
        Glibc.kill(-pid, SIGKILL)
    }
}

/// The environment of every command in the lab: nothing of the machine's own leaks in.
let labEnvironment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
    "HOME": "/root", "TERM": "dumb",
]

private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    // Safety: the copies live until after `body`, which is all that sees them.
    let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}
