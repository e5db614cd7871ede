import LinuxIO
import Model
import Store
import TestSupport
import Testing

@testable import HostRuntime

@Suite struct ExecutorTests {
    private static let motd = ResourceID(type: .file, identity: "/etc/motd")

    @Test func `a file is written and its row is in sync`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "hello\n", mode: 0o640)])
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("hello\n".utf8))
            #expect(try await fixture.plan().isEmpty)
            let row = try #require(try fixture.resources.rows(ids: [Self.motd]).first)
            #expect(row.status.phase == .inSync)
            #expect(row.status.lastRun == "run-1")
            #expect(row.beforeAdoption == .absent)
            #expect(try fixture.journal.run(named: "run-1").phase == .succeeded)
            #expect(try fixture.journal.steps(of: "run-1").map(\.state) == [.done])
            #expect(fixture.leftovers == [])
        }
    }

    @Test(.tags(.i4)) func `replaced bytes stay recoverable`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([.file("/etc/motd", "new\n")])
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
            let versions = try fixture.content.versions(of: Self.motd)
            let version = try #require(versions.first)
            #expect(try fixture.content.bytes(version.content.digest, limit: 100) == Array("old\n".utf8))
            #expect(version.path == "/etc/motd")
        }
    }

    @Test func `a small file costs one sync of its content one of the journal and one of its directory`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "drifted\n")
            try fixture.declare([.file("/etc/motd", "new\n")])
            let points = BoundaryLog()
            fixture.hook = points.hook
            #expect(try await fixture.converge(.drift) == .succeeded(concurrentWrites: []))
            #expect(
                points.all == [
                    .transition, .prepared(step: 0), .contentSynced, .committed, .applied(step: 0), .recorded,
                    .discarded(step: 0),
                    .directoriesSynced, .transition,
                ])
        }
    }

    @Test(.tags(.i5)) func `a change since the plan replans and touches nothing`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            try fixture.declare([.file("/etc/motd", "new\n")])
            let run = try fixture.run(try await fixture.plan())
            fixture.host.write("/etc/motd", "somebody else\n")
            #expect(await fixture.execute(run) == .replan(changed: [Self.motd]))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("somebody else\n".utf8))
            #expect(try fixture.journal.run(named: run.name).phase == .superseded)
            #expect(fixture.leftovers == [])
        }
    }

    @Test(.tags(.i5)) func `what came to be where nothing was found replans and stays`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "new\n")])
            fixture.hook = { [fixture] (point: Boundary) throws(BoundaryCrash) in
                if case .prepared = point { fixture.host.write("/etc/motd", "somebody else\n") }
            }
            #expect(try await fixture.converge() == .replan(changed: [Self.motd]))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("somebody else\n".utf8))
            #expect(fixture.leftovers == [])
        }
    }

    @Test(.tags(.i2)) func `a run that could not be recorded changes nothing`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "new\n"), .file("/etc/issue", "new\n")])
            let write = PendingCall<StoreError>()
            write.finish(.failure(StoreError(.full, "no space")))
            let points = BoundaryLog()
            fixture.hook = points.hook
            let execution = await fixture.executor().carryOut(
                try fixture.run(try await fixture.plan()), knownAs: .created, after: [write], declared: fixture.byID)
            guard case .ended(.rolledBack(let failure)) = execution else {
                Issue.record("it ended as \(execution)")
                return
            }
            #expect(failure.reason == .store && failure.message.contains("no space"))
            #expect(!points.all.contains(.committed))
            #expect(fixture.host.bytes(of: "/etc/motd") == nil && fixture.leftovers == [])
        }
    }

    @Test func `a run that only has its name is in the journal once it ended, however it ended`() async throws {
        for ending in [RunPhase.succeeded, .superseded, .running] {
            try await withExecutor { fixture in
                try fixture.declare([.file("/etc/motd", "new\n")])
                let plan = try await fixture.plan()
                let run = try fixture.name(plan)
                let control = RunControl()
                if ending == .superseded { fixture.host.write("/etc/motd", "somebody else\n") }
                if ending == .running { control.interrupt() }
                let points = BoundaryLog()
                fixture.hook = points.hook
                _ = await fixture.executor().execute(run, knownAs: .named, declared: fixture.byID, control: control)
                let kept = try fixture.journal.run(named: run.name)
                #expect(kept.phase == ending && kept.plan == plan, "\(ending)")
                #expect(points.all.contains(.committed) == (ending == .succeeded), "\(ending)")
                #expect(fixture.leftovers == [])
            }
        }
    }

    @Test(.tags(.i2)) func `a run whose name and intents cannot be stored changes nothing`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "new\n")])
            let run = try fixture.name(try await fixture.plan())
            try fixture.database.watchWrites(
                WriteWatcher(
                    willWrite: { _, _ throws(StoreError) in throw StoreError(.unavailable, "the disk is gone") },
                    didWrite: { _ throws(StoreError) in }))
            let outcome = await fixture.executor().execute(run, knownAs: .named, declared: fixture.byID)
            try fixture.database.watchWrites(nil)
            guard case .failed(let failure, notUndone: []) = outcome else {
                Issue.record("it ended as \(outcome)")
                return
            }
            #expect(failure.reason == .store && failure.message.contains("the disk is gone"))
            #expect(throws: StoreError.self) { try fixture.journal.run(named: run.name) }
            #expect(fixture.host.bytes(of: "/etc/motd") == nil && fixture.leftovers == [])
        }
    }

    @Test(.tags(.i3)) func `the content of very many is durable before the first of them has its name`() async throws {
        try await withExecutor { fixture in
            let files = (0..<600).map { Declared.file("/etc/many-\($0)", "content \($0)\n") }
            try fixture.declare(files)
            let points = BoundaryLog()
            fixture.hook = points.hook
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
            let synced = points.all.indices.filter { points.all[$0] == .contentSynced }
            let first = try #require(points.all.firstIndex { if case .applied = $0 { true } else { false } })
            #expect(synced.count == 2 && synced.allSatisfy { $0 < first })
            let prepared = try #require(points.all.lastIndex { if case .prepared = $0 { true } else { false } })
            #expect(synced[0] < prepared && prepared < synced[1])
            #expect(fixture.host.bytes(of: "/etc/many-599") == Array("content 599\n".utf8))
            #expect(fixture.leftovers == [])
        }
    }

    @Test(.tags(.i4), arguments: [false, true])
    func `bytes written between the observation and the exchange are kept`(_ inPlace: Bool) async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([.file("/etc/motd", "new\n")])
            fixture.once(at: .committed) {
                if !inPlace { fixture.host.removeAll("/etc/motd") }
                fixture.host.write("/etc/motd", "mine\n")
            }
            let digest = ContentDigest(hashing: Array("mine\n".utf8))
            let write = ConcurrentWrite(resource: Self.motd, path: "/etc/motd", kept: digest)
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: [write]))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("new\n".utf8))
            #expect(try fixture.versions(of: Self.motd).contains(digest))
        }
    }

    @Test(.tags(.i4)) func `a writer in the same clock tick with the same size is noticed by its bytes`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old1\n")
            try fixture.declare([.file("/etc/motd", "new\n")])
            fixture.once(at: .committed) { fixture.host.write("/etc/motd", "old2\n") }
            _ = try await fixture.converge()
            #expect(try fixture.versions(of: Self.motd).contains(ContentDigest(hashing: Array("old2\n".utf8))))
        }
    }

    @Test func `a file that appears before it is made replans and is left alone`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/motd", "new\n")])
            fixture.hook = { if $0 == .committed { fixture.host.write("/etc/motd", "mine\n") } }
            #expect(try await fixture.converge() == .replan(changed: [Self.motd]))
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("mine\n".utf8))
            #expect(fixture.leftovers == [])
            #expect(try fixture.journal.run(named: "run-1").phase == .rolledBack)
        }
    }

    @Test func `a failed verification rolls everything back`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            let before = fixture.host.snapshot()
            let probe = Probe.exec(arguments: ["/bin/false"], timeoutSeconds: 5)
            try fixture.declare([
                .file("/etc/motd", "new\n", verify: [probe]), .file("/etc/other", "new\n"),
            ])
            let failure = try #require((try await fixture.converge()).rollbackCause)
            #expect(failure.reason == .verification)
            #expect(failure.resource == Self.motd)
            #expect(failure.message.contains("ended with status 1"))
            #expect(fixture.host.snapshot() == before)
            #expect(try fixture.journal.steps(of: "run-1").map(\.state) == [.undone, .undone])
        }
    }

    @Test func `an operator stops a run and it is undone`() async throws {
        try await withExecutor { fixture in
            let before = fixture.host.snapshot()
            try fixture.declare([.directory("/etc/d"), .file("/etc/d/f", "new\n")])
            let control = RunControl()
            fixture.hook = { if $0 == .recorded { control.stop("stopped by 1000:ada") } }
            let run = try fixture.run(try await fixture.plan())
            #expect(
                await fixture.execute(run, control: control) == .rolledBack(RunFailure(.stopped, "stopped by 1000:ada"))
            )
            #expect(fixture.host.snapshot() == before)
        }
    }

    @Test func `an interrupted run goes on where it stopped`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.directory("/etc/d"), .file("/etc/d/f", "new\n")])
            let control = RunControl()
            fixture.hook = { if $0 == .recorded { control.interrupt() } }
            let run = try fixture.run(try await fixture.plan())
            #expect(await fixture.execute(run, control: control) == .interrupted)
            #expect(fixture.host.bytes(of: "/etc/d/f") == nil)
            fixture.hook = nil
            let again = try fixture.journal.run(named: run.name)
            #expect(await fixture.execute(again) == .succeeded(concurrentWrites: []))
            #expect(fixture.host.bytes(of: "/etc/d/f") == Array("new\n".utf8))
        }
    }

    @Test func `what cannot be undone is reported and the rest is undone`() async throws {
        try await withExecutor { fixture in
            let probe = Probe.exec(arguments: ["/bin/false"], timeoutSeconds: 5)
            fixture.host.write("/etc/motd", "old\n")
            fixture.host.settle()
            try fixture.declare([
                .directory("/etc/d"), .file("/etc/motd", "new\n"), .file("/etc/d/f", "x", verify: [probe]),
            ])
            fixture.hook = { if $0 == .recorded { fixture.host.write("/etc/d/theirs", "x") } }
            let (failure, left) = try #require((try await fixture.converge()).failureCause)
            #expect(failure.reason == .verification)
            #expect(left.map(\.resource) == [ResourceID(type: .directory, identity: "/etc/d")])
            #expect(fixture.host.bytes(of: "/etc/motd") == Array("old\n".utf8))
            #expect(fixture.host.bytes(of: "/etc/d/theirs") == Array("x".utf8))
            #expect(fixture.host.bytes(of: "/etc/d/f") == nil)
            let run = try fixture.journal.run(named: "run-1")
            #expect(run.phase == .failed)
            #expect(run.message?.contains("not undone: directory:/etc/d") == true)
        }
    }

    @Test func `progress counts every step`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([.file("/etc/a", "a"), .file("/etc/b", "b")])
            let seen = ProgressLog()
            let run = try fixture.run(try await fixture.plan())
            _ = await fixture.executor().execute(run, declared: fixture.byID, progress: seen.note)
            #expect(seen.all.first == RunProgress(stepsDone: 0, stepsTotal: 2))
            #expect(seen.all.last == RunProgress(stepsDone: 2, stepsTotal: 2))
        }
    }
}
