import Glibc
import HostTestSupport
import LinuxIO
import Model
import Synchronization
import TestSupport
import Testing

@testable import HostRuntime

@Suite(.timeLimit(.minutes(10))) struct HostWatcherTests {
    /// What was told, oldest first.
    private final class Hints: Sendable {
        private let hints = Mutex<[WatchHint]>([])

        func note(_ hint: WatchHint) { hints.withLock { $0.append(hint) } }

        func tells(of id: ResourceID) -> Bool {
            hints.withLock { $0.contains { if case .resources([id], _, _) = $0 { true } else { false } } }
        }

        var isWatching: Bool {
            hints.withLock { $0.contains { if case .everything = $0 { true } else { false } } }
        }
    }

    @Test func `who asks is told of a write that is not closed, once it is over`() async throws {
        try await withWatcher { watcher, hints, directory in
            let file = DeclaredResource.file("/f", "declared\n")
            watcher.watch([file])
            try await until { hints.isWatching }
            let script = #"exec 3>"$0/root/f"; echo drifted >&3; : >"$0/written"; exec sleep 600"#
            let writer = try ChildProcess.start(
                ["sh", "-c", script, directory], environment: ["PATH": "/usr/bin:/bin"])
            defer { writer.stop() }
            try await until { access(directory + "/written", F_OK) == 0 }
            await watcher.tell(of: [file.id])
            #expect(hints.tells(of: file.id))
        }
    }

    @Test func `nobody waits for a watcher that does not run`() async throws {
        try await withTemporaryDirectory("watcher") { directory in
            let watcher = try HostWatcher(root: RootDirectory(path: directory), wallTime: { WallTime(nanoseconds: 0) })
            { _ in }
            await watcher.tell(of: [DeclaredResource.file("/f").id])
            watcher.stop()
            try await watcher.run()
            let start = ContinuousClock.now
            await watcher.tell(of: [DeclaredResource.file("/f").id])
            #expect(ContinuousClock.now - start < .milliseconds(900))
        }
    }

    private func withWatcher(_ body: (HostWatcher, Hints, String) async throws -> Void) async throws {
        try await withTemporaryDirectory("watcher") { directory in
            try #require(mkdir(directory + "/root", 0o755) == 0)
            let hints = Hints()
            let watcher = try HostWatcher(
                root: RootDirectory(path: directory + "/root"), wallTime: { WallTime(nanoseconds: 0) },
                handler: hints.note)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watcher.run() }
                do {
                    try await body(watcher, hints, directory)
                } catch {
                    watcher.stop()
                    throw error
                }
                watcher.stop()
                try await group.waitForAll()
            }
        }
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await ContinuousClock().sleep(for: .milliseconds(2)) }
    }
}
