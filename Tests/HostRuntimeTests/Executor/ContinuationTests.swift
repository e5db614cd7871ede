import Model
import Store
import TestSupport
import Testing

@testable import HostRuntime

/// Runs that are stopped between two batches and go on at the next start of the daemon.
@Suite struct ContinuationTests {
    private static let unit = "[Service]\nExecStart=/bin/server\n[Install]\nWantedBy=multi-user.target\n"
    private static let file = ResourceID(type: .file, identity: "/etc/d/f")

    /// A directory, a file in it and a unit: three batches, of which the first is done.
    private static func interrupted(_ body: (ExecutorFixture, RunRecord) async throws -> Void) async throws {
        try await withExecutor { fixture in
            fixture.host.place(directory: "/etc/systemd/system")
            fixture.host.place(directory: "/etc/d")
            fixture.host.write("/etc/d/f", "old\n")
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([
                .directory("/etc/d", mode: 0o700), .file("/etc/d/f", "new\n"), .file("/etc/motd", "new\n"),
                .unit("own.service", active: true, enabled: true, content: unit),
            ])
            let control = RunControl()
            fixture.hook = { if $0 == .recorded { control.interrupt() } }
            let run = try fixture.run(try await fixture.plan())
            #expect(await fixture.execute(run, control: control) == .interrupted)
            fixture.hook = nil
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("new\n".utf8))
            #expect(fixture.host.bytes(of: "/etc/d/f") == Array("old\n".utf8))
            try await body(fixture, run)
        }
    }

    @Test(.tags(.i3)) func `a run that was stopped between two batches goes on, and nothing is done twice`()
        async throws
    {
        try await Self.interrupted { fixture, run in
            let before = try fixture.journal.steps(of: run.name)
            let log = BoundaryLog()
            fixture.hook = log.hook
            let report = try await fixture.startAgain()
            #expect(report.runs == [RecoveredRun(run: run.name, outcome: .succeeded(concurrentWrites: []))])
            for record in before { #expect(!log.all.contains(.applied(step: record.index))) }
            #expect(try fixture.journal.run(named: run.name).phase == .succeeded)
            #expect(try await fixture.plan().isEmpty)
            #expect(fixture.leftovers == [])
        }
    }

    @Test(.tags(.i5)) func `a run whose next change is not as it was planned is undone and planned again`() async throws
    {
        try await Self.interrupted { fixture, run in
            fixture.host.write("/etc/d/f", "theirs\n")
            fixture.host.settle()
            let report = try await fixture.startAgain()
            #expect(report.runs == [RecoveredRun(run: run.name, outcome: .replan(changed: [Self.file]))])
            #expect(try fixture.journal.run(named: run.name).phase == .rolledBack)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
            #expect(fixture.host.bytes(of: "/etc/d/f") == Array("theirs\n".utf8))
        }
    }

    @Test(.tags(.i4, .i5)) func `a run whose work was changed meanwhile is undone, and what was written is kept`()
        async throws
    {
        try await Self.interrupted { fixture, run in
            fixture.host.write("/etc/motd", "theirs\n")
            fixture.host.settle()
            let report = try await fixture.startAgain()
            let motd = ResourceID(type: .file, identity: "/etc/motd")
            #expect(report.runs == [RecoveredRun(run: run.name, outcome: .replan(changed: [motd]))])
            #expect(try fixture.journal.run(named: run.name).phase == .rolledBack)
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
            #expect(try fixture.versions(of: motd).contains(ContentDigest(hashing: Array("theirs\n".utf8))))
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
        }
    }

    @Test(.tags(.i3)) func `temporaries of the batch that had not begun are removed before the run goes on`()
        async throws
    {
        try await Self.interrupted { fixture, run in
            let step = try #require(RunLayout(run.plan).steps.first { $0.operation.path == "/etc/d/f" })
            let name = TemporaryName.step(step.index, ofRun: run.sequence)
            fixture.host.write("/etc/d/\(name)", "half a fi")
            #expect(fixture.leftovers == ["/etc/d/\(name)"])
            let report = try await fixture.executor().recover()
            #expect(report.runs.map(\.outcome) == [.interrupted])
            #expect(fixture.leftovers == [])
            #expect(try await fixture.startAgain().runs.map(\.outcome) == [.succeeded(concurrentWrites: [])])
        }
    }

    @Test(.tags(.i2, .i3)) func `a run of thirty changes that is stopped after each batch goes on after each`()
        async throws
    {
        let batches = RunLayout(try await Scenario(seed: 1).fixture.plan()).batches.count
        try #require(batches > 3)
        let scenario = try Scenario(seed: 1)
        let fixture = scenario.fixture
        let run = try fixture.run(try await fixture.plan())
        var stops = 0
        var outcome = RunOutcome.interrupted
        while outcome == .interrupted, stops <= batches {
            let control = RunControl()
            fixture.hook = { if $0 == .recorded { control.interrupt() } }
            outcome = await fixture.execute(try fixture.journal.run(named: run.name), control: control)
            fixture.hook = nil
            guard outcome == .interrupted else { break }
            stops += 1
            try scenario.expectWhole("stopped \(stops) times")
            #expect(try await fixture.executor().recover().runs.map(\.outcome) == [.interrupted])
        }
        #expect(stops == batches - 1)
        #expect(outcome == .succeeded(concurrentWrites: []))
        try await scenario.expectSettled(RecoveryReport(), "stopped \(stops) times")
    }

    @Test(.tags(.i3)) func `a power cut after a stop between batches is finished, continued or undone`() async throws {
        let batches = RunLayout(try await Scenario(seed: 1).fixture.plan()).batches.count
        for stop in 1..<batches {
            let scenario = try Scenario(seed: UInt64(stop))
            let fixture = scenario.fixture
            let counter = BoundaryLog()
            let control = RunControl()
            fixture.hook = { (point: Boundary) throws(BoundaryCrash) in
                try counter.hook(point)
                if counter.all.count(where: { $0 == .recorded }) == stop { control.interrupt() }
            }
            let run = try fixture.run(try await fixture.plan())
            #expect(await fixture.execute(run, control: control) == .interrupted)
            fixture.hook = nil
            fixture.host.powerCut()
            try fixture.database.cutPower()
            let comment: Comment = "power cut after batch \(stop)"
            try scenario.expectWhole(comment)
            try await scenario.expectSettled(try await fixture.startAgain(), comment)
        }
    }
}
