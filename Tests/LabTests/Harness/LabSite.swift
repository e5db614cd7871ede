import Glibc
import TestSupport

/// What this test process shares between its hosts: the base tree, names, and how many may run at once.
actor LabSite {
    static let shared = LabSite()

    /// This process as `pid-starttime`, which no other process has had since the machine started.
    static let owner = "\(getpid())-\(startTime(of: getpid()) ?? 0)"
    static let prefix = "aetheredge-lab-"

    private let preparation = Once<String>()
    private var hostCount = 0
    private var freeSlots = max(4, Int(Lab.environment("AETHEREDGE_LAB_HOSTS") ?? "") ?? 0)
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// The base tree's path; the first caller removes what dead owners left and builds the tree if it is missing.
    func base() async throws -> String {
        if let obstacle = Lab.obstacle { throw LabError(obstacle) }
        return try await preparation.value { try await Self.prepare() }
    }

    private static func prepare() async throws -> String {
        signal(SIGPIPE, SIG_IGN)
        try await Janitor.sweep()
        let script = Lab.sourceDirectory + "/base-tree"
        return try await ChildProcess.run([script], timeout: .seconds(900)).checked().line
    }

    /// A name for a host that is unique on this machine: `aetheredge-lab-PID-STARTTIME-N-LABEL`.
    func nextName(_ label: String) -> String {
        hostCount += 1
        return "\(Self.prefix)\(Self.owner)-\(hostCount)-\(label)"
    }

    /// Runs `body` as one of a bounded number of hosts.
    func takeSlot() async {
        if freeSlots > 0 {
            freeSlots -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func releaseSlot() {
        if waiting.isEmpty {
            freeSlots += 1
        } else {
            waiting.removeFirst().resume()
        }
    }

    /// The start time of a process in clock ticks since boot; nil when it has ended, reaped or not.
    static func startTime(of pid: pid_t) -> UInt64? {
        guard let stat = readText("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }
}
