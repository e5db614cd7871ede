import FoundationEssentials
import Glibc
import LinuxIO
import Synchronization
import TestSupport

/// A daemon on a scratch tree that a test stops, kills and starts as it likes.
final class KillableDaemon: Sendable {
    let root: String
    let command: Command
    private let running = Mutex<ChildProcess?>(nil)
    private let starts = Atomic<Int>(0)

    private init(_ directory: String) throws {
        root = directory + "/root"
        command = Command(
            directory: directory,
            environment: [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                "AETHEREDGE_SOCKET": directory + "/root/run/aetheredge/control.sock",
            ])
        try FileManager.default.createDirectory(atPath: root + "/etc/aetheredge", withIntermediateDirectories: true)
    }

    /// Runs a body with a daemon that does not run yet, and stops it afterwards.
    static func with<Result: Sendable>(_ body: (KillableDaemon) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory("daemon") { directory in
            let daemon = try KillableDaemon(directory)
            do {
                let result = try await body(daemon)
                try await daemon.kill()
                return result
            } catch {
                try await daemon.kill()
                throw error
            }
        }
    }

    var socketPath: String { root + "/run/aetheredge/control.sock" }
    var stateDirectory: String { root + "/var/lib/aetheredge" }

    func configure(_ text: String) throws { try write(text, to: root + "/etc/aetheredge/aetheredge.yaml") }

    func start() async throws {
        let number = starts.add(1, ordering: .relaxed).newValue
        let child = try await command.start(
            [Products.aetheredged, "--root", root], name: "daemon-\(number)", until: "started")
        running.withLock { $0 = child }
    }

    /// Ends it without a warning.
    func kill() async throws { try await end { Glibc.kill($0.pid, SIGKILL) } }

    /// Asks it to end.
    func stop() async throws { try await end { Glibc.kill($0.pid, SIGTERM) } }

    private func end(_ signal: @escaping @Sendable (ChildProcess) -> Int32) async throws {
        let child = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let child else { return }
        try await onOwnThread {
            _ = signal(child)
            if child.wait(atMost: .seconds(30)) == nil { child.stop(atMost: .zero) }
        }
    }

    /// Runs aetherctl on its socket.
    func aetherctl(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        try await command.run([Products.aetherctl] + arguments, input: input)
    }
}
