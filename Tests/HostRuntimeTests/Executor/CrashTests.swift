import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import HostRuntime

/// Runs that are stopped anywhere, and what recovery makes of them.
@Suite(.ownThread) struct CrashTests {
    /// How many points there are at which the host, or the executor, can stop in a whole run.
    private static func points() async throws -> (host: Int, executor: Int) {
        let scenario = try Scenario(seed: 1)
        let log = BoundaryLog()
        let run = try scenario.fixture.run(try await scenario.fixture.plan())
        try #require(run.plan.changes.count >= 30)
        scenario.fixture.hook = log.hook
        scenario.fixture.host.stop(atPoint: nil)
        let outcome = await scenario.fixture.execute(run)
        try #require(outcome == .succeeded(concurrentWrites: []))
        return (scenario.fixture.host.pointsPassed, log.all.count)
    }

    @Test func `a run of thirty changes of every type converges`() async throws {
        let scenario = try Scenario(seed: 1)
        try await scenario.expectConvergence("without a crash")
    }

    @Test(.tags(.i2, .i3, .i4)) func `the daemon killed at any point of the host leaves nothing torn`() async throws {
        let count = try await Self.points().host
        try #require(count > 100)
        for point in stride(from: 1, through: count, by: Campaign.stride(2)) {
            await Task.yield()
            let scenario = try Scenario(seed: 1)
            let fixture = scenario.fixture
            let run = try fixture.run(try await fixture.plan())
            fixture.host.stop(atPoint: point)
            #expect(await fixture.execute(run) == .interrupted, "point \(point)")
            fixture.host.restart()
            try scenario.expectWhole("killed at point \(point)")
            let report = try await fixture.startAgain()
            try await scenario.expectSettled(report, "killed at point \(point)")
        }
    }

    @Test(.tags(.i2, .i3)) func `the daemon killed at any boundary of the executor leaves nothing torn`() async throws {
        let count = try await Self.points().executor
        // Between the boundaries of the host's own calls, which the test above goes through, lie those of the journal.
        for boundary in stride(from: 1, through: count, by: Campaign.stride(3)) {
            await Task.yield()
            let scenario = try Scenario(seed: 1)
            let fixture = scenario.fixture
            let run = try fixture.run(try await fixture.plan())
            let counter = BoundaryCounter(at: boundary) { () throws(BoundaryCrash) in throw BoundaryCrash() }
            fixture.hook = counter.hook
            #expect(await fixture.execute(run) == .interrupted, "boundary \(boundary)")
            fixture.hook = nil
            try scenario.expectWhole("killed at boundary \(boundary)")
            let report = try await fixture.startAgain()
            try await scenario.expectSettled(report, "killed at boundary \(boundary)")
        }
    }

    @Test(.tags(.i2, .i3, .i4), arguments: 1...3 as ClosedRange<UInt64>)
    func `a power cut at any point leaves nothing torn`(_ seed: UInt64) async throws {
        let count = try await Self.points().host
        for point in stride(from: Int(seed), through: count, by: Campaign.stride(9)) {
            await Task.yield()
            let scenario = try Scenario(seed: seed &* 1_000 &+ UInt64(point))
            let fixture = scenario.fixture
            let run = try fixture.run(try await fixture.plan())
            fixture.host.stop(atPoint: point)
            #expect(await fixture.execute(run) == .interrupted)
            fixture.host.powerCut()
            try fixture.database.cutPower()
            let comment: Comment = "power cut at point \(point), seed \(seed)"
            try scenario.expectWhole(comment)
            let report = try await fixture.startAgain()
            try await scenario.expectSettled(report, comment)
        }
    }

    @Test(.tags(.i3)) func `what was recovered survives a power cut at once`() async throws {
        let count = try await Self.points().host
        for point in stride(from: 1, through: count, by: Campaign.stride(13)) {
            await Task.yield()
            let scenario = try Scenario(seed: UInt64(point))
            let fixture = scenario.fixture
            let run = try fixture.run(try await fixture.plan())
            fixture.host.stop(atPoint: point)
            _ = await fixture.execute(run)
            fixture.host.restart()
            let report = try await fixture.startAgain()
            fixture.host.powerCut()
            try fixture.database.cutPower()
            _ = try await fixture.startAgain()
            try await scenario.expectSettled(report, "power cut after recovery from point \(point)")
        }
    }

    @Test(.tags(.i3)) func `recovery that is itself killed begins again`() async throws {
        let count = try await Self.points().host
        for point in stride(from: 50, through: count, by: Campaign.stride(37)) {
            var stop = 1
            while true {
                await Task.yield()
                let scenario = try Scenario(seed: 1)
                let fixture = scenario.fixture
                let run = try fixture.run(try await fixture.plan())
                fixture.host.stop(atPoint: point)
                _ = await fixture.execute(run)
                fixture.host.restart()
                fixture.host.stop(atPoint: stop)
                let comment: Comment = "killed at point \(point), recovery killed at \(stop)"
                do { _ = try await fixture.startAgain() } catch {
                    // Killed in the middle, or finished before: both are what the test is about.
                }
                let wasStopped = fixture.host.isStopped
                fixture.host.restart()
                try scenario.expectWhole(comment)
                let report = try await fixture.startAgain()
                try await scenario.expectSettled(report, comment)
                if !wasStopped { break }
                stop += Campaign.stride(5)
            }
        }
    }

    @Test func `recovery of a settled host does nothing`() async throws {
        let scenario = try Scenario(seed: 1)
        try await scenario.expectConvergence("without a crash")
        let after = scenario.fixture.host.snapshot()
        #expect(try await scenario.fixture.startAgain() == RecoveryReport())
        #expect(scenario.fixture.host.snapshot() == after)
    }
}
