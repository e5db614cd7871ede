internal import Glibc
internal import LinuxIO

/// One command as a child process in a process group of its own, with its output and a time limit.
struct ChildCommand {
    let arguments: [String]
    let environment: [String]
    let outputMaximum: Int

    /// How often a child that keeps its output open, or closes it early, is asked whether it ended.
    private static let glance = Duration.milliseconds(50)

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Runs the command; at the timeout the whole group is killed and `.timeout` thrown.
    ///
    /// What the group leaves behind is killed at the end of its first process.
    func run(timeout: Duration) throws(HostError) -> CommandResult {
        let command = arguments[0]
        do throws(LinuxIOError) {
            var pid: pid_t = 0
            let reading = try start(&pid)
            return try wait(for: pid, reading, timeout)
        } catch {
            if error.code == .timedOut {
                throw HostError(.timeout, "cannot run '\(command)': \(error.detail ?? "it did not end in time")")
            }
            let isAbsent = error.code == .noEntry
            throw HostError(
                isAbsent ? .notFound : .inputOutput,
                "cannot run '\(command)': \(isAbsent ? "there is no such command" : error.description)")
        }
    }

    /// Starts the command and gives the end to read its output from; the other end is the child's alone then.
    private func start(_ pid: inout pid_t) throws(LinuxIOError) -> FileDescriptor {
        let pipe = try Pipe()
        try pipe.reading.setNonBlocking()
        pid = try spawn(output: pipe.writing.rawValue)
        return try pipe.reading.duplicate()
    }

    private func wait(
        for pid: pid_t, _ reading: borrowing FileDescriptor, _ timeout: Duration
    ) throws(LinuxIOError) -> CommandResult {
        let deadline = monotonicNow() + timeout
        var output: [UInt8] = []
        var isOpen = true
        while true {
            var poll = Poll()
            if isOpen { poll.add(reading.rawValue) }
            try poll.wait(timeout: min(max(deadline - monotonicNow(), .zero), Self.glance))
            if isOpen { isOpen = try drain(reading, into: &output) }
            if let status = Self.reap(pid) {
                _ = kill(-pid, SIGKILL)
                if isOpen { _ = try drain(reading, into: &output) }
                return CommandResult(status: status, output: text(output))
            }
            guard monotonicNow() < deadline else {
                _ = kill(-pid, SIGKILL)
                _ = waitpid(pid, nil, 0)
                throw LinuxIOError(
                    code: .timedOut, call: "waitpid",
                    detail: "it did not end within \(timeout) and was killed; its last output: \(text(output))")
            }
        }
    }

    /// Reads what there is and answers whether more may come.
    private func drain(_ reading: borrowing FileDescriptor, into output: inout [UInt8]) throws(LinuxIOError) -> Bool {
        // Safety: allocated and freed here; only what a read filled is copied out.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count: Int
            do throws(LinuxIOError) {
                count = try reading.read(into: buffer)
            } catch {
                if error.code == .again { return true }
                throw error
            }
            if count == 0 { return false }
            output += buffer[..<count]
            if output.count > 2 * outputMaximum { output.removeFirst(output.count - outputMaximum) }
        }
    }

    private func text(_ output: [UInt8]) -> String {
        String(decoding: output.suffix(outputMaximum), as: UTF8.self)
    }

    /// The exit status, or 128 and the signal; nil while it runs.
    private static func reap(_ pid: pid_t) -> Int32? {
        var raw: Int32 = 0
        guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
        let signal = raw & 0x7f
        return signal == 0 ? (raw >> 8) & 0xff : 128 + signal
    }

    private func spawn(output: Int32) throws(LinuxIOError) -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var pid: pid_t = 0
        let result = withStrings(arguments) { argv in
            withStrings(environment) { envp in posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp) }
        }
        guard result == 0 else { throw LinuxIOError(code: Errno(rawValue: result), call: "posix_spawn") }
        return pid
    }

    /// Calls with a NULL-terminated array of C strings that live for the call.
    private func withStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        // Safety: each copy is freed after the call, which keeps none; the array ends in nil.
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("the array has its terminator at least") }
            return body(start)
        }
    }
}
