import Glibc
import Synchronization
import TestSupport

/// A whole systemd host in a container: booted, driven and cut off by a test, and gone with the test's scope.
///
/// Commands run inside every namespace of the host and in its cgroup tree, as an administrator's would. Nothing here
/// sleeps for luck: a boot ends when the host's systemd says so, and `waitUntil` asks at a stated interval until a
/// stated deadline.
final class LabHost: Sendable {
    /// What the upper part of the host's file system is kept on.
    enum Disk: String, Sendable {
        /// A directory: quick, keeps everything.
        case overlay
        /// An ext4 image of its own, whose power can be cut: what was never synced is lost.
        case cuttable
    }

    struct Running: Sendable {
        let process: ChildProcess
        let leader: pid_t
        /// The write end that keeps the host alive; see `run-host`.
        let lifeline: OwnedDescriptor
    }

    let name: String
    let disk: Disk
    let directory: String
    /// The read-only parts of the tree, top first.
    let layers: [String]
    let state: Mutex<Running?>
    let bootTime: Mutex<Duration>

    init(name: String, disk: Disk, layers: [String]) {
        self.name = name
        self.disk = disk
        self.directory = "\(Lab.hostsDirectory)/\(name)"
        self.layers = layers
        self.state = Mutex(nil)
        self.bootTime = Mutex(.zero)
    }

    /// The pid of the host's PID 1 as this machine sees it.
    var leader: pid_t {
        get throws {
            guard let running = state.withLock({ $0 }) else { throw LabError("host \(name) is not running") }
            return running.leader
        }
    }

    var isRunning: Bool { state.withLock { $0 != nil } }

    /// How long the last boot took, from the first process to systemd's word that it is up.
    var lastBootTime: Duration { bootTime.withLock { $0 } }

    /// Makes the host's directories and, where it has one, its disk.
    func create(files: [String: String]) async throws {
        for part in ["disk", "tree"] { try makeDirectories("\(directory)/\(part)") }
        if disk == .cuttable {
            let image = "\(directory)/disk.img"
            try await ChildProcess.run(["truncate", "-s", "1G", image], timeout: .seconds(10)).checked()
            try await ChildProcess.run(
                ["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", image],
                timeout: .seconds(60)
            ).checked()
        } else {
            for part in ["disk/upper", "disk/work"] { try makeDirectories("\(directory)/\(part)") }
        }
        guard !files.isEmpty else { return }
        for (path, content) in files { try writeFile("\(directory)/files/\(path)", Array(content.utf8)) }
        try await offline(
            ["sh", "-c", "cp -a /run/lab-files/. / && sync"], binding: "\(directory)/files")
    }

    /// Runs a command in the tree of the host while it is off, before anything of the host could touch it.
    @discardableResult
    func offline(
        _ command: [String], binding: String? = nil, bytes: [UInt8] = [], timeout: Duration = .seconds(60)
    ) async throws -> CommandResult {
        guard state.withLock({ $0 == nil }) else { throw LabError("host \(name) is running, not off") }
        var environment = labEnvironment
        if let binding { environment["LAB_BIND"] = binding }
        let arguments = runHostArguments("offline") + command
        let result = try await ChildProcess.run(
            arguments, environment: environment, input: bytes, timeout: timeout
        ).checked()
        try await waitUntilDiskIsFree()
        return result
    }

    func runHostArguments(_ step: String) -> [String] {
        [Lab.sourceDirectory + "/run-host", step, name, directory, layers.joined(separator: ":"), disk.rawValue]
    }

    /// Ends the host, whatever state it is in, and removes everything of it.
    func destroy() async {
        do {
            if let running = try? takeRunning() { try await Self.end(running) }
            try await ChildProcess.run(runHostArguments("remove"), timeout: .seconds(60)).checked()
        } catch {
            // The janitor of the next run removes what is left, and the test's own outcome stands.
            report("cannot remove host \(name): \(error)")
        }
    }

    /// The running half, which the caller has to end.
    func takeRunning() throws -> Running {
        try state.withLock { running in
            guard let taken = running else { throw LabError("host \(name) is not running") }
            running = nil
            return taken
        }
    }
}

extension LabHost.Running {
    /// Ends the watch over the host: its test is alive and has taken the clean-up on itself.
    func dismissLifeline() {
        let word: [UInt8] = Array("done\n".utf8)
        _ = word.withUnsafeBytes { write(lifeline.number, $0.baseAddress, $0.count) }
        lifeline.close()
    }
}

/// Boots a host, runs `body` with it, and removes the host however `body` ends.
///
/// `layers` are further read-only trees over the base, top first; `files` are put in place before the first boot.
func withLabHost<Result: Sendable>(
    name label: String, disk: LabHost.Disk = .overlay, layers: [String] = [], files: [String: String] = [:],
    boots: Bool = true, _ body: (LabHost) async throws -> Result
) async throws -> Result {
    let base = try await LabSite.shared.base()
    await LabSite.shared.takeSlot()
    let host = LabHost(name: await LabSite.shared.nextName(label), disk: disk, layers: layers + [base])
    let result: Swift.Result<Result, any Error>
    do {
        try await host.create(files: files)
        if boots { try await host.boot() }
        result = .success(try await body(host))
    } catch {
        result = .failure(LabError("\(error)\n\(await host.lastWords())"))
    }
    await host.destroy()
    await LabSite.shared.releaseSlot()
    return try result.get()
}
