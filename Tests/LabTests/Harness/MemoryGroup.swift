import Glibc
import TestSupport

/// A control group of this machine's for the memory of single processes of hosts, whose bound makes the kernel kill
/// them.
///
/// The hosts have no such groups themselves (`run-host`), and where systemd's own hierarchy counts memory nobody can
/// take a process from there.
struct MemoryGroup {
    /// The hierarchy that counts memory and nothing else; nil where there is none.
    private static let hierarchy: String? = {
        for line in (readText("/proc/self/mounts") ?? "").split(separator: "\n") {
            let fields: [Substring] = line.split(separator: " ")
            guard fields.count > 3, fields[2] == "cgroup" else { continue }
            if fields[3].split(separator: ",").contains("memory") { return String(fields[1]) }
        }
        return nil
    }()

    /// The group of this process in that hierarchy, from its root.
    private static var own: String? {
        for line in (readText("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[1].split(separator: ",").contains("memory") else { continue }
            return fields[2] == "/" ? "" : String(fields[2])
        }
        return nil
    }

    /// Whether there can be such groups here.
    static var isPossible: Bool { hierarchy != nil }

    private let path: String

    /// Makes a group below that of the tests.
    init(_ name: String) throws {
        guard let hierarchy = Self.hierarchy, let own = Self.own else {
            throw LabError("no hierarchy counts memory here")
        }
        path = "\(hierarchy)\(own)/\(name)"
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw LabError("cannot make '\(path)'", errno: errno) }
    }

    /// Takes a process of a host, by the pid that it has there, and lets it have no more than some memory from now on.
    func take(_ pid: String, of host: LabHost, limit: Int) async throws {
        // The kernel reads the pid in the namespace of who writes it.
        let script = "echo \(limit) >'\(path)/memory.limit_in_bytes' && echo \(pid) >'\(path)/cgroup.procs'"
        try await ChildProcess.run(
            ["nsenter", "--target", "\(host.leader)", "--pid", "sh", "-c", script], timeout: .seconds(10)
        ).checked()
    }

    /// How many processes the kernel killed because they wanted more.
    func kills() throws -> Int {
        let text = readText("\(path)/memory.oom_control") ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        guard let count = line.flatMap({ Int($0.dropFirst("oom_kill ".count)) }) else {
            throw LabError("'\(path)' does not say how many it killed: \(text)")
        }
        return count
    }

    /// Removes the group, in which nothing lives any more.
    func remove() async {
        do {
            try await poll("group \(path) removed", within: .seconds(10), every: .milliseconds(10)) {
                rmdir(path) == 0 || errno == ENOENT
            }
        } catch {
            report("\(error)")
        }
    }
}
