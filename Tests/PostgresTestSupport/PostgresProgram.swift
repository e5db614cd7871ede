import FoundationEssentials
import Glibc
import LinuxIO

/// The programs of an installed PostgreSQL.
enum PostgresProgram {
    /// Where `postgres` and `initdb` are, in the newest version; nil without PostgreSQL.
    static let directory: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
        return (newest + ["/usr/local/bin", "/usr/bin"]).first { access("\($0)/initdb", X_OK) == 0 }
    }()

    /// The account that servers run under; nil for our own.
    static let account: (user: uid_t, group: gid_t)? = {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return (entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        return (65_534, 65_534)
    }()

    /// A command line that runs under that account.
    static func command(_ words: [String]) -> [String] {
        guard let account else { return words }
        return ["/usr/bin/setpriv", "--reuid=\(account.user)", "--regid=\(account.group)", "--clear-groups", "--"]
            + words
    }

    /// Starts a command; its standard input is the pipe's end that is returned, and its output goes to a file.
    static func spawn(_ words: [String], log: String) throws -> (process: pid_t, input: Int32) {
        let ends = try Pipe()
        let input = fcntl(ends.writing.rawValue, F_DUPFD_CLOEXEC, 0)
        guard input >= 0 else { throw PostgresServerError("cannot copy a descriptor: errno \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends.reading.rawValue, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The shell waits for SIGCHLD, which the thread that starts it may have blocked.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments = words.map { (text: String) in strdup(text) }
        var environment = ["PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"].map { (text: String) in strdup(text) }
        defer { for text in arguments + environment { free(text) } }
        arguments.append(nil)
        environment.append(nil)
        var process = pid_t()
        let result = posix_spawn(&process, words[0], &actions, &attributes, arguments, environment)
        guard result == 0 else {
            close(input)
            throw PostgresServerError("cannot run \(words[0]): errno \(result)")
        }
        return (process, input)
    }

    /// Waits for a process and answers whether it ended well.
    static func wait(for process: pid_t) -> Bool {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return false } }
        return status == 0
    }
}

/// A test's server that cannot be had.
public struct PostgresServerError: Error, CustomStringConvertible {
    /// What was tried and why it failed.
    public let description: String

    init(_ description: String) { self.description = description }
}
