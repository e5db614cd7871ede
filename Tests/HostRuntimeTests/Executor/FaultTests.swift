import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import HostRuntime

/// Runs in which calls of the host or the store fail.
@Suite(.ownThread) struct FaultTests {
    @Test(.tags(.i3)) func `whichever change of the host fails, everything goes back`() async throws {
        var failed = 0
        for skip in stride(from: 0, to: 400, by: Campaign.stride(2)) {
            await Task.yield()
            let scenario = try Scenario(seed: 1)
            let fixture = scenario.fixture
            let run = try fixture.run(try await fixture.plan())
            fixture.host.inject(SimulatedFault(path: "/", code: .inputOutput, skip: skip, count: 1))
            let outcome = await fixture.execute(run)
            fixture.host.clearFaults()
            let comment: Comment = "call \(skip) fails"
            if outcome == .succeeded(concurrentWrites: []) {
                if failed > 50 { break }
                try await scenario.expectConvergence(comment)
                continue
            }
            failed += 1
            guard let failure = outcome.rollbackCause else {
                Issue.record("\(outcome); \(comment)")
                continue
            }
            #expect(failure.reason == .operation, "\(failure); \(comment)")
            #expect(failure.resource != nil, comment)
            #expect(fixture.leftovers == [], comment)
            #expect(difference(fixture.host.snapshot(), scenario.before) == [], comment)
            try await scenario.expectConvergence(comment)
        }
        #expect(failed > 50, "too few calls failed for the test to mean anything")
    }

    @Test func `a disk that goes bad while undoing never hides what is left`() async throws {
        var left = 0
        for skip in stride(from: 30, to: 150, by: Campaign.stride(7)) {
            await Task.yield()
            let scenario = try Scenario(seed: 1)
            let fixture = scenario.fixture
            let run = try fixture.run(try await fixture.plan())
            fixture.host.inject(SimulatedFault(path: "/", code: .readOnly, skip: skip, count: 4))
            let outcome = await fixture.execute(run)
            fixture.host.clearFaults()
            let isBack = difference(fixture.host.snapshot(), scenario.before) == []
            switch outcome {
            case .rolledBack: #expect(isBack, "call \(skip) fails")
            case .failed(_, let notUndone):
                left += notUndone.count
                #expect(!notUndone.isEmpty, "call \(skip) fails")
                #expect(try fixture.journal.run(named: run.name).phase == .failed)
                let steps = try fixture.journal.steps(of: run.name)
                for failure in notUndone {
                    let step = steps.first { $0.index == failure.step }
                    #expect(step?.message?.hasPrefix("not undone: ") == true, "call \(skip) fails")
                }
            case .succeeded where skip > 100: continue
            case .succeeded, .replan, .interrupted:
                Issue.record("\(outcome); call \(skip) fails")
            }
            try scenario.expectWhole("call \(skip) fails")
        }
        #expect(left > 0, "no undo failed, so the test means nothing")
    }

    @Test func `what a run had to leave where nothing could be removed goes once it can be, without another run`()
        async throws
    {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([.file("/etc/motd", "new\n")])
            let run = try fixture.run(try await fixture.plan())
            let host = fixture.host
            fixture.hook = { point in
                if point == .recorded { host.inject(SimulatedFault(path: "/etc", code: .readOnly, count: 100)) }
            }
            let executor = fixture.executor()
            guard case .failed(_, let notUndone) = await executor.execute(run, declared: fixture.byID) else {
                Issue.record("the run did not fail")
                return
            }
            #expect(!notUndone.isEmpty)
            #expect(fixture.leftovers.count == 1, "\(notUndone)")
            try await executor.sweepLeft()
            #expect(fixture.leftovers.count == 1)
            fixture.hook = nil
            fixture.host.clearFaults()
            // What it wrote is as declared, so that no run comes.
            #expect(try await fixture.plan(.drift).changes == [])
            try await executor.sweepLeft()
            #expect(fixture.leftovers == [])
        }
    }

    @Test func `an immutable file fails the run with a reason and everything goes back`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/free", "old\n")
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.setImmutable("/etc/motd", true)
            fixture.host.settle()
            let before = fixture.host.snapshot()
            try fixture.declare([.file("/etc/free", "new\n"), .file("/etc/motd", "new\n")])
            let failure = try #require((try await fixture.converge()).rollbackCause)
            #expect(failure.resource == ResourceID(type: .file, identity: "/etc/motd"))
            #expect(failure.message.contains("immutable"))
            #expect(fixture.host.snapshot() == before)
            fixture.host.setImmutable("/etc/motd", false)
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
        }
    }

    @Test func `a full disk refuses the run and leaves the host as it was`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            let before = fixture.host.snapshot()
            try fixture.declare([.file("/etc/motd", String(repeating: "new\n", count: 1_000))])
            fixture.host.setFreeSpace(100)
            let failure = try #require((try await fixture.converge()).rollbackCause)
            #expect(failure.message.contains("no space"))
            #expect(fixture.host.snapshot() == before)
        }
    }

    @Test(.tags(.i2)) func `nothing takes effect without a journal`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            let before = fixture.host.snapshot()
            try fixture.declare([.file("/etc/motd", "new\n")])
            let run = try fixture.run(try await fixture.plan())
            fixture.hook = { if $0 == .prepared(step: 0) { try? fixture.database.close() } }
            let failure = try #require((await fixture.execute(run)).failureCause).0
            #expect(failure.reason == .store)
            #expect(fixture.host.snapshot() == before)
        }
    }

    @Test func `a journal that breaks after the effects does not keep them from being undone`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            let before = fixture.host.snapshot()
            try fixture.declare([.file("/etc/motd", "new\n"), .file("/etc/made", "new\n")])
            let run = try fixture.run(try await fixture.plan())
            fixture.hook = { if $0 == .applied(step: 1) { try? fixture.database.close() } }
            let (failure, left) = try #require((await fixture.execute(run)).failureCause)
            #expect(failure.reason == .store)
            #expect(left == [])
            #expect(fixture.host.snapshot() == before)
        }
    }

    @Test func `content that is missing fails the run before anything changes`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "new\n")])
            var plan = try await fixture.plan()
            let other = DeclaredContent(digest: ContentDigest(hashing: [9]), size: 1)
            plan.changes[0].operations = [.writeFile(path: "/etc/motd", content: other, metadata: FileMetadata())]
            let before = fixture.host.snapshot()
            let failure = try #require((await fixture.execute(try fixture.run(plan))).rollbackCause)
            #expect(failure.message.contains("no content"))
            #expect(fixture.host.snapshot() == before)
        }
    }

    @Test func `a tree with too many entries is not removed`() async throws {
        try await withExecutor { fixture in
            fixture.host.place(directory: "/etc/tree/deep")
            for number in 0..<10 { fixture.host.write("/etc/tree/deep/\(number)", "x") }
            fixture.host.settle()
            let before = fixture.host.snapshot()
            try fixture.declare([.directory("/etc/tree", purge: true, isAbsent: true)])
            var configuration = ExecutorConfiguration()
            configuration.treeEntriesMaximum = 8
            let run = try fixture.run(try await fixture.plan())
            let outcome = await fixture.executor(configuration: configuration).execute(run, declared: fixture.byID)
            let failure = try #require((outcome).rollbackCause)
            #expect(failure.message.contains("/etc/tree"))
            #expect(fixture.host.snapshot() == before)
        }
    }
}
