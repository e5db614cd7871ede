import Model
import Store
import TestSupport
import Testing

@testable import HostRuntime

/// What recovery finds, case by case.
@Suite struct RecoveryTests {
    private static let motd = ResourceID(type: .file, identity: "/etc/motd")

    /// A host with an old file that a run replaces until it is killed at a boundary.
    private static func killed(
        at point: Boundary, _ body: (ExecutorFixture) async throws -> Void
    ) async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([.file("/etc/motd", "new\n")])
            fixture.hook = { (passed: Boundary) throws(BoundaryCrash) in
                if passed == point { throw BoundaryCrash() }
            }
            #expect(try await fixture.converge() == .interrupted)
            fixture.hook = nil
            try await body(fixture)
        }
    }

    private static func recover(_ fixture: ExecutorFixture) async throws -> RunOutcome? {
        let report = try await fixture.startAgain()
        #expect(fixture.leftovers == [])
        #expect(try fixture.journal.unsettled().isEmpty)
        return report.runs.first?.outcome
    }

    @Test func `a run whose every effect is there is finished and not done again`() async throws {
        try await Self.killed(at: .directoriesSynced) { fixture in
            let outcome = try await Self.recover(fixture)
            #expect(outcome == .succeeded(concurrentWrites: []))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("new\n".utf8))
            #expect(try fixture.resources.rows(ids: [Self.motd]).first?.status.phase == .inSync)
            #expect(try fixture.journal.run(named: "run-1").phase == .succeeded)
            #expect(try fixture.journal.steps(of: "run-1").map(\.state) == [.done])
        }
    }

    @Test func `a run that was not applied is undone without touching the file`() async throws {
        try await Self.killed(at: .committed) { fixture in
            let failure = try #require((try await Self.recover(fixture))?.rollbackCause)
            #expect(failure.reason == .interruption)
            #expect(failure.message.contains("1 of 1 steps"))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
        }
    }

    @Test func `temporaries without an intent are removed`() async throws {
        try await Self.killed(at: .prepared(step: 0)) { fixture in
            #expect(fixture.leftovers == ["/etc/.aetheredge-1-0"])
            try #require((try await Self.recover(fixture))?.rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
        }
    }

    @Test(.tags(.i4)) func `what somebody wrote after the kill is kept and the old file comes back`() async throws {
        try await Self.killed(at: .applied(step: 0)) { fixture in
            fixture.host.write("/etc/motd", "theirs\n")
            try #require((try await Self.recover(fixture))?.rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
            #expect(try fixture.versions(of: Self.motd).contains(ContentDigest(hashing: Array("theirs\n".utf8))))
        }
    }

    @Test(.tags(.i4)) func `a file that somebody put in place before the exchange is left alone`() async throws {
        try await Self.killed(at: .committed) { fixture in
            fixture.host.removeAll("/etc/motd")
            fixture.host.write("/etc/motd", "theirs\n")
            try #require((try await Self.recover(fixture))?.rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("theirs\n".utf8))
        }
    }

    @Test(.tags(.i4)) func `a concurrent writer who was displaced before the kill gets the file back`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([.file("/etc/motd", "new\n"), .file("/etc/zero", "new\n")])
            fixture.hook = { (point: Boundary) throws(BoundaryCrash) in
                if point == .committed {
                    fixture.host.removeAll("/etc/motd")
                    fixture.host.write("/etc/motd", "theirs\n")
                }
                if point == .applied(step: 0) { throw BoundaryCrash() }
            }
            #expect(try await fixture.converge() == .interrupted)
            fixture.hook = nil
            try #require((try await Self.recover(fixture))?.rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("theirs\n".utf8))
        }
    }

    @Test(.tags(.i4)) func `a run is finished and what a concurrent writer had there is kept`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([.file("/etc/motd", "new\n")])
            fixture.hook = { (point: Boundary) throws(BoundaryCrash) in
                if point == .committed {
                    fixture.host.removeAll("/etc/motd")
                    fixture.host.write("/etc/motd", "theirs\n")
                }
                if point == .applied(step: 0) { throw BoundaryCrash() }
            }
            #expect(try await fixture.converge() == .interrupted)
            fixture.hook = nil
            let digest = ContentDigest(hashing: Array("theirs\n".utf8))
            let write = ConcurrentWrite(resource: Self.motd, path: "/etc/motd", kept: digest)
            let outcome = try await Self.recover(fixture)
            #expect(outcome == .succeeded(concurrentWrites: [write]))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("new\n".utf8))
            #expect(try fixture.versions(of: Self.motd).contains(digest))
        }
    }

    @Test func `a half written restoration is never put in place`() async throws {
        try await Self.killed(at: .discarded(step: 0)) { fixture in
            // The run is rolling back, and the machine stopped while the old file was built again.
            try fixture.journal.transition(
                run: "run-1", to: .rollingBack, time: fixture.host.wallTime(), durability: .synced)
            fixture.host.write("/etc/.aetheredge-1-0u", "ol")
            try #require((try await Self.recover(fixture))?.rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
        }
    }

    @Test func `a run that was rolling back goes on rolling back`() async throws {
        try await Self.killed(at: .directoriesSynced) { fixture in
            try fixture.journal.transition(
                run: "run-1", to: .rollingBack, time: fixture.host.wallTime(), durability: .synced)
            try #require((try await Self.recover(fixture))?.rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
        }
    }

    @Test func `a run that waits for an approval is left waiting`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "new\n")])
            let plan = try await fixture.plan()
            let run = try fixture.journal.create(
                RunRecord(
                    name: "", sequence: 0, plan: plan, planHash: plan.hash, requestedBy: "controller",
                    phase: .waitingForApproval, createdTime: fixture.host.wallTime()))
            let report = try await fixture.startAgain()
            #expect(report.runs == [])
            #expect(try fixture.journal.run(named: run.name).phase == .waitingForApproval)
        }
    }

    @Test func `what could not be removed is removed by the next run beside it`() async throws {
        try await withExecutor { fixture in
            let left = "/etc/.aetheredge-77-3"
            fixture.host.write(left, "lost")
            fixture.host.inject(SimulatedFault(path: left, code: .readOnly))
            for (number, isLeft) in [true, true, false].enumerated() {
                if !isLeft { fixture.host.clearFaults() }
                try fixture.declare([.file("/etc/motd", "version \(number)\n")])
                let outcome = await fixture.execute(try fixture.run(try await fixture.plan()))
                #expect(outcome == .succeeded(concurrentWrites: []))
                #expect((fixture.host.bytes(of: left) != nil) == isLeft, "run \(number)")
            }
        }
    }

    @Test func `temporaries that stay where nothing can be written are removed by the next run`() async throws {
        try await withExecutor { fixture in
            var withTemporaries = 0
            for skip in 0..<40 {
                try fixture.declare([.file("/etc/a", "a \(skip)\n"), .file("/etc/b", "b \(skip)\n")])
                let run = try fixture.run(try await fixture.plan())
                fixture.host.inject(SimulatedFault(path: "/", code: .readOnly, skip: skip))
                let outcome = await fixture.execute(run)
                fixture.host.clearFaults()
                // What could not be undone is for recovery.
                if case .failed = outcome { _ = try await fixture.startAgain() }
                if case .rolledBack = outcome, !fixture.leftovers.isEmpty { withTemporaries += 1 }
                try fixture.declare([.file("/etc/a", "A \(skip)\n"), .file("/etc/b", "B \(skip)\n")])
                let next = await fixture.execute(try fixture.run(try await fixture.plan()))
                #expect(next == .succeeded(concurrentWrites: []), "after \(skip) calls")
                #expect(fixture.leftovers == [], "after \(skip) calls")
            }
            #expect(withTemporaries > 0)
        }
    }

    @Test func `names of runs that nobody knows are removed beside what is managed`() async throws {
        try await Self.killed(at: .directoriesSynced) { fixture in
            fixture.host.write("/etc/.aetheredge-77-3", "lost")
            fixture.host.write("/etc/.aetheredge-notes", "not ours")
            let report = try await fixture.startAgain()
            #expect(report.removed == ["/etc/.aetheredge-77-3"])
            #expect(fixture.host.bytes(of: "/etc/.aetheredge-notes") != nil)
        }
    }
}
