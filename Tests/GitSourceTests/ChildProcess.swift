import Glibc

/// A program that a fixture runs.
struct ChildProcess {
    let pid: pid_t
    /// What it prints, both kinds; closed by `finish`.
    let output: Int32

    /// Starts a program that is looked up in PATH, in an environment that holds nothing of the user's.
    static func start(
        _ words: [String], directory: String? = nil, environment: [String: String] = [:]
    ) throws -> ChildProcess {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TestFailure("pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var all = Self.environment.merging(environment) { $1 }
        all["PATH"] = getenv("PATH").map { String(cString: $0) }
        let command = directory.map { ["env", "-C", $0] + words } ?? words
        // Safety: the copies live until the call has read them, and are freed here.
        let arguments = command.map { strdup($0) } + [nil]
        let variables = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, command[0], &actions, nil, arguments, variables)
        close(ends[1])
        guard code == 0 else { throw TestFailure("\(words[0]): errno \(code)") }
        return ChildProcess(pid: pid, output: ends[0])
    }

    /// Runs a program to its end and gives what it printed; fails unless it succeeds.
    @discardableResult
    static func run(
        _ words: [String], directory: String? = nil, environment: [String: String] = [:]
    ) throws -> String {
        let child = try start(words, directory: directory, environment: environment)
        let (status, text) = child.finish()
        guard status == 0 else { throw TestFailure("\(words.joined(separator: " ")): status \(status): \(text)") }
        return text
    }

    /// Reads all output and waits for the end.
    func finish() -> (status: Int32, output: String) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        close(output)
        return (wait(), String(decoding: bytes, as: UTF8.self))
    }

    /// Kills it and waits for its end, but not for that of programs it started.
    func kill() {
        Glibc.kill(pid, SIGKILL)
        close(output)
        _ = wait()
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static let environment = [
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": "/nonexistent", "LC_ALL": "C",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_AUTHOR_DATE": "1700000000 +0100",
        "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.org", "GIT_COMMITTER_DATE": "1700000100 +0000",
    ]
}
