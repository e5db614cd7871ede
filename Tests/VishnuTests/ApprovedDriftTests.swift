import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// An approved generation covers drift back to it.
@Suite(.tags(.i6)) struct ApprovedDriftTests {
    private static let a = DeclaredResource.file("/etc/a", "a\n").with(mode: .propose)
    private static let b = DeclaredResource.file("/etc/b", "b\n").with(mode: .propose)
    private static let texts = ["a\n", "b\n", "new\n"]

    /// A commit that proposes both files, approved and in force; `b` was as declared before.
    private static func approve(_ loop: LoopFixture) async throws {
        loop.host.write("/etc/b", "b\n")
        try await loop.commit("c1", [a, b], texts: texts)
        let asked = try await loop.pass()
        #expect(asked == .waitingForApproval)
        #expect(loop.text("/etc/a") == nil)
        try await loop.answer(.approved)
        let done = try await loop.pass()
        #expect(done == .succeeded)
        #expect(loop.text("/etc/a") == "a\n")
    }

    @Test func `drift from an approved commit is repaired without asking again`() async throws {
        try await withLoop { loop in
            try await Self.approve(loop)
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "a\n")
            loop.host.write("/etc/b", "drifted\n")
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text("/etc/b") == "b\n")
            #expect(try loop.runs() == ["change Succeeded", "drift Succeeded", "drift Succeeded"])
            let why = try await loop.control { try await $0.why(Self.a.id) }
            #expect(why.runs.map(\.approvedBy) == ["0:root with run-1", "0:root"])
        }
    }

    @Test func `the approval outlives a restart of the daemon`() async throws {
        try await withLoop { loop in
            try await Self.approve(loop)
            loop.restart()
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "a\n")
            #expect(try loop.waiting().isEmpty)
        }
    }

    @Test func `a restart between the answer and the run loses nothing`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.a], texts: Self.texts)
            _ = try await loop.pass()
            try await loop.answer(.approved)
            loop.restart()
            _ = try await loop.pass()
            loop.restart()
            loop.host.write("/etc/a", "drifted\n")
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text("/etc/a") == "a\n")
        }
    }

    @Test func `a new commit asks, and what it leaves alone stays covered meanwhile and after`() async throws {
        try await withLoop { loop in
            try await Self.approve(loop)
            let changed = DeclaredResource.file("/etc/a", "new\n").with(mode: .propose)
            try await loop.commit("c2", [changed, Self.b], texts: Self.texts)
            let asked = try await loop.pass()
            #expect(asked == .waitingForApproval)
            loop.host.write("/etc/b", "drifted\n")
            let shown = try await loop.control { try await $0.plan() }
            #expect(shown.plan.changes.map { shown.plan.cause(of: $0) } == [.change, .drift])
            #expect(shown.gate.map(\.resource) == [Self.a.id])
            try await loop.repair(Self.b.id)
            #expect(loop.text("/etc/b") == "b\n")
            #expect(loop.text("/etc/a") == "a\n")
            #expect(try loop.waiting().map(\.name) == ["run-2"])
            try await loop.answer(.approved)
            _ = try await loop.pass()
            #expect(loop.text("/etc/a") == "new\n")
            loop.host.write("/etc/a", "a\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "new\n")
        }
    }

    @Test func `a commit that changes nothing of it keeps the approval`() async throws {
        try await withLoop { loop in
            try await Self.approve(loop)
            try await loop.commit("c2", [Self.a, Self.b, .file("/etc/c", "new\n")], texts: Self.texts)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "a\n")
        }
    }

    @Test func `what nobody approved is asked about, and only the repair is covered then`() async throws {
        try await withLoop { loop in
            loop.host.write("/etc/a", "a\n")
            loop.host.write("/etc/b", "b\n")
            try await loop.commit("c1", [Self.a, Self.b], texts: Self.texts)
            let result = try await loop.pass()
            #expect(result == .nothingToDo)
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "drifted\n")
            try await loop.answer(.approved)
            _ = try await loop.pass()
            #expect(loop.text("/etc/a") == "a\n")
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "a\n")
            loop.host.write("/etc/b", "drifted\n")
            try await loop.repair(Self.b.id)
            #expect(loop.text("/etc/b") == "drifted\n")
        }
    }

    @Test func `one question is about all drift that nobody approved`() async throws {
        try await withLoop { loop in
            loop.host.write("/etc/a", "a\n")
            loop.host.write("/etc/b", "b\n")
            try await loop.commit("c1", [Self.a, Self.b], texts: Self.texts)
            _ = try await loop.pass()
            for file in [Self.a, Self.b] {
                loop.host.write(file.id.identity, "drifted\n")
                try await loop.repair(file.id)
            }
            #expect(try loop.waiting().map { $0.plan.changes.map(\.resource) } == [[Self.a.id, Self.b.id]])
            try await loop.answer(.approved)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text("/etc/a") == "a\n" && loop.text("/etc/b") == "b\n")
        }
    }

    @Test func `a denied commit covers nothing`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.a], texts: Self.texts)
            _ = try await loop.pass()
            try await loop.answer(.denied)
            let denied = try await loop.pass()
            #expect(denied == .denied)
            #expect(try loop.status(of: Self.a.id).approved == nil)
        }
    }

    @Test(.tags(.i10)) func `onDrift and a pause hold back what is covered`() async throws {
        try await withLoop { loop in
            let reported = Self.a.with(mode: .propose, onDrift: .report)
            try await loop.commit("c1", [reported, Self.b], texts: Self.texts)
            _ = try await loop.pass()
            try await loop.answer(.approved)
            _ = try await loop.pass()
            loop.host.write("/etc/a", "drifted\n")
            try await loop.repair(Self.a.id)
            #expect(loop.text("/etc/a") == "drifted\n")
            try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { source in
                source.status.paused = Pause(by: "0:root", since: loop.host.wallTime(), until: nil)
            }
            loop.host.write("/etc/b", "drifted\n")
            try await loop.repair(Self.b.id)
            #expect(loop.text("/etc/b") == "drifted\n")
            #expect(try loop.waiting().isEmpty)
        }
    }

    @Test func `going back to a good generation asks, as it is no drift`() async throws {
        try await withLoop { loop in
            try await Self.approve(loop)
            let changed = DeclaredResource.file("/etc/a", "new\n").with(mode: .propose)
            try await loop.commit("c2", [changed, Self.b], texts: Self.texts)
            _ = try await loop.pass()
            try await loop.answer(.approved)
            _ = try await loop.pass()
            try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { source in
                source.status.held = SourceKind.HeldCommits(generation: 1, until: "c2", by: "0:root")
            }
            let back = try await loop.pass()
            #expect(back == .waitingForApproval)
            try await loop.answer(.approved)
            _ = try await loop.pass()
            #expect(loop.text("/etc/a") == "a\n")
            try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { $0.status.held = nil }
            let resumed = try await loop.pass()
            #expect(resumed == .waitingForApproval)
            #expect(try loop.runs().last == "change WaitingForApproval")
        }
    }
}
