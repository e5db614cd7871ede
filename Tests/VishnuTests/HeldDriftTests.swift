import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// Drift that is held back for a while: who was seen at it is named when it is repaired in the end, and nobody wrongly.
@Suite(.tags(.i8)) struct HeldDriftTests {
    private static let file = DeclaredResource.file("/etc/a", "declared\n")
    private static let author = {
        var actor = DriftActor()
        actor.exe = "/bin/sed"
        actor.pid = 9
        return actor
    }()

    /// A host in its declared state that is paused, and then drifts.
    private static func drift(_ loop: LoopFixture) async throws {
        try await loop.commit("c1", [file], texts: ["declared\n"])
        let result = try await loop.pass()
        try #require(result == .succeeded)
        let now = loop.host.wallTime()
        try await pause(loop, Pause(by: "0:root", since: now, until: nil))
        loop.host.write("/etc/a", "drifted\n")
        try await loop.repair(file.id, by: author)
        try #require(loop.text("/etc/a") == "drifted\n")
    }

    private static func pause(_ loop: LoopFixture, _ pause: Pause?) async throws {
        try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { $0.status.paused = pause }
    }

    /// What is said of the drift once the host goes on.
    private static func resumed(_ loop: LoopFixture) async throws -> DriftRecord? {
        try await pause(loop, nil)
        let result = try await loop.pass()
        #expect(result == .succeeded)
        #expect(loop.text("/etc/a") == "declared\n")
        return try loop.status(of: file.id).lastDrift
    }

    @Test func `who was seen while everything was paused is named when it goes on`() async throws {
        try await withLoop { loop in
            try await Self.drift(loop)
            let held = try #require(try loop.status(of: Self.file.id).lastDrift)
            #expect(held.actor == Self.author && held.repairedTime == nil)
            let repaired = try #require(try await Self.resumed(loop))
            #expect(repaired.actor == Self.author && repaired.repairedTime != nil)
            #expect(repaired.time == held.time)
        }
    }

    @Test func `who was seen at drift that somebody undid is not named for the next`() async throws {
        try await withLoop { loop in
            try await Self.drift(loop)
            loop.host.write("/etc/a", "declared\n")
            _ = try await loop.pass()
            loop.host.write("/etc/a", "drifted again\n")
            #expect(try await Self.resumed(loop)?.actor.unknown != nil)
        }
    }

    @Test func `nobody is named who was seen before events were lost`() async throws {
        try await withLoop { loop in
            try await Self.drift(loop)
            loop.reconciler.noteEventsLost()
            #expect(try await Self.resumed(loop)?.actor.unknown != nil)
        }
    }

    @Test(.tags(.i6)) func `a question about drift says who was seen at it, and so does its repair`() async throws {
        try await withLoop { loop in
            loop.host.write("/etc/a", "declared\n")
            try await loop.commit("c1", [Self.file.with(mode: .propose)], texts: ["declared\n"])
            _ = try await loop.pass()
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.file.id, by: Self.author)
            let asked = try #require(try loop.waiting().last)
            #expect(asked.plan.changes.map(\.actor) == [Self.author])
            #expect(try loop.status(of: Self.file.id).lastDrift?.actor == Self.author)
            try await loop.answer(.approved)
            #expect(try await Self.resumed(loop)?.actor == Self.author)
        }
    }
}
