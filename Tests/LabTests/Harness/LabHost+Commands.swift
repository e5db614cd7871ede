import Glibc
import TestSupport

extension LabHost {
    /// Runs a program inside the host, in every namespace of it and in its cgroup tree.
    @discardableResult
    func execute(
        _ arguments: [String], input: String = "", timeout: Duration = .seconds(30)
    ) async throws -> CommandResult {
        try await execute(arguments, bytes: Array(input.utf8), timeout: timeout)
    }

    /// Runs a program inside the host with bytes on its standard input.
    @discardableResult
    func execute(_ arguments: [String], bytes: [UInt8], timeout: Duration = .seconds(30)) async throws -> CommandResult
    {
        let leader = try leader
        var prefix: [String] = []
        if let group = Self.commandGroup(of: leader) {
            // The shell joins the group and then becomes nsenter, so that nothing starts outside it.
            prefix = ["sh", "-c", "mkdir -p \"$0\" && echo $$ >\"$0/cgroup.procs\" && exec \"$@\"", group]
        }
        return try await ChildProcess.run(
            prefix + ["nsenter", "--target", "\(leader)", "--all", "--"] + arguments, input: bytes, timeout: timeout)
    }

    /// Runs a shell script inside the host; `arguments` are its `$1` and on.
    @discardableResult
    func shell(_ script: String, _ arguments: String..., timeout: Duration = .seconds(30)) async throws -> CommandResult
    {
        try await execute(["sh", "-c", script, "sh"] + arguments, timeout: timeout)
    }

    /// Runs a program that has to succeed, and returns its output without the white space around it.
    @discardableResult
    func succeed(_ arguments: String..., timeout: Duration = .seconds(30)) async throws -> String {
        try await execute(arguments, timeout: timeout).checked().line
    }

    /// Puts a file into the host, with its parent directories.
    func put(_ content: String, at path: String, mode: String = "0644") async throws {
        let script = "mkdir -p \"$(dirname \"$1\")\" && cat >\"$1\" && chmod \"$2\" \"$1\""
        try await execute(["sh", "-c", script, "sh", path, mode], input: content).checked()
    }

    /// The content of a file of the host.
    func read(_ path: String) async throws -> String {
        try await execute(["cat", path]).checked().output
    }

    /// Whether a path exists in the host; a dangling symbolic link does.
    func exists(_ path: String) async throws -> Bool {
        try await execute(["sh", "-c", "[ -e \"$1\" ] || [ -L \"$1\" ]", "sh", path]).status == 0
    }

    /// The entries of the host's journal that match, oldest first.
    func journal(_ arguments: String...) async throws -> [JSONValue] {
        let command = ["journalctl", "--output=json", "--all", "--no-pager", "--quiet"] + arguments
        return try await execute(command).checked().output.split(separator: "\n").map { try JSONValue(parsing: $0) }
    }

    /// Asks every `interval` until the condition holds; fails with `what` when it does not by the deadline.
    func waitUntil(
        _ what: String, within limit: Duration = .seconds(30), every interval: Duration = .milliseconds(50),
        _ condition: () async throws -> Bool
    ) async throws {
        try await poll(what, within: limit, every: interval, condition)
    }

    /// What the host wrote last, for a failed test's message.
    func lastWords() async -> String {
        let console = readText("\(directory)/console.log").map { $0.suffix(1500) } ?? ""
        let journal: String
        do {
            let command = ["journalctl", "--no-pager", "-n", "80", "-o", "short-precise"]
            journal = String(try await execute(command, timeout: .seconds(10)).output.suffix(8000))
        } catch {
            journal = "\(error)"
        }
        return "--- console of \(name)\n\(console)\n--- journal\n\(journal)"
    }

    /// The cgroup, as this machine sees it, that commands in the host run in: beside the host's own units.
    private static func commandGroup(of leader: pid_t) -> String? {
        guard let groups = readText("/proc/\(leader)/cgroup"),
            let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::") }),
            line.hasSuffix("/init.scope"), let point = Janitor.unifiedHierarchy()
        else { return nil }
        return "\(point)\(line.dropFirst(3).dropLast("/init.scope".count))/lab"
    }
}

/// Asks every `interval` until the condition holds; fails with `what` when it does not by the deadline.
func poll(
    _ what: String, within limit: Duration, every interval: Duration, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while !(try await condition()) {
        guard clock.now < deadline else { throw LabError("not within \(limit): \(what)") }
        try await clock.sleep(for: interval)
    }
}
