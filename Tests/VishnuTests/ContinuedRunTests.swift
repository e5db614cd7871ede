import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Vishnu

/// Runs in the middle of which the daemon was asked to stop.
@Suite(.tags(.i3)) struct ContinuedRunTests {
    private static let directory = DeclaredResource.directory("/etc/d", mode: 0o700)
    private static let early = DeclaredResource.file("/etc/early", "new\n")
    private static let late = DeclaredResource.file("/etc/d/late", "new\n", after: [directory.id])

    /// A loop that was stopped after the first batch of its run, and starts again.
    private static func stopped(
        mode: BlueprintMode = .enforce, _ body: (LoopFixture) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            loop.host.place(directory: "/etc/d")
            loop.host.write("/etc/early", "old\n")
            let declared = [directory, early, late].map { $0.with(mode: mode) }
            try await loop.commit("c1", declared, texts: ["new\n"])
            let passed = Mutex(false)
            loop.restart { [weak loop] (point: Boundary) throws(BoundaryCrash) in
                guard point == .recorded, passed.withLock({ !$0 }) else { return }
                passed.withLock { $0 = true }
                loop?.reconciler.interrupt()
            }
            if mode == .propose {
                _ = try await loop.pass()
                try await loop.answer(.approved)
            }
            await #expect(throws: CancellationError.self) { try await loop.pass() }
            #expect(try loop.runs() == ["change Running"])
            #expect(loop.text("/etc/early") == "new\n" && loop.text("/etc/d/late") == nil)
            loop.restart()
            #expect(try await loop.recover() == [.interrupted])
            try await body(loop)
        }
    }

    @Test(arguments: [BlueprintMode.enforce, .propose])
    func `a run goes on at the next start and is not asked about again`(mode: BlueprintMode) async throws {
        try await Self.stopped(mode: mode) { loop in
            _ = try await loop.pass()
            #expect(try loop.runs() == ["change Succeeded"])
            #expect(loop.text("/etc/d/late") == "new\n")
            #expect(try loop.generations.newest(state: .good)?.commit.commit == "c1")
        }
    }

    @Test func `a repair waits until the run is settled`() async throws {
        try await Self.stopped { loop in
            try await loop.repair(Self.early.id)
            #expect(try loop.runs() == ["change Succeeded"])
        }
    }

    @Test(.tags(.i6, .i10)) func `a run is undone when everything was paused meanwhile`() async throws {
        try await Self.stopped { loop in
            try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { source in
                source.status.paused = Pause(by: "0:root", since: loop.host.wallTime(), until: nil)
            }
            #expect(try await loop.pass() == .paused)
            #expect(try loop.runs() == ["change RolledBack"])
            #expect(loop.text("/etc/early") == "old\n")
        }
    }

    @Test func `a run is undone when a newer commit took its place`() async throws {
        try await Self.stopped { loop in
            try await loop.commit("c2", [Self.directory, Self.late])
            _ = try await loop.pass()
            #expect(try loop.runs() == ["change RolledBack", "change Succeeded"])
            #expect(loop.text("/etc/early") == "old\n" && loop.text("/etc/d/late") == "new\n")
        }
    }

    @Test(.tags(.i5)) func `a run is undone and planned again when the host changed meanwhile`() async throws {
        try await Self.stopped { loop in
            loop.host.write("/etc/d/late", "theirs\n")
            _ = try await loop.pass()
            #expect(try loop.runs() == ["change RolledBack", "change Succeeded"])
            #expect(loop.text("/etc/early") == "new\n" && loop.text("/etc/d/late") == "new\n")
        }
    }
}
