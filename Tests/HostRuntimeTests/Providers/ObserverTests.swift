import HostRuntime
import HostTestSupport
import LinuxIO
import Model
import TestSupport
import Testing

@Suite struct ObserverTests {
    /// A pass as the loop makes one: observe what may differ, plan, record what is in sync.
    private func pass(
        _ host: SimulatedHost, _ observer: Observer<SimulatedHost>, _ table: SyncTable
    ) async throws -> (candidates: [ResourceID], result: PlanResult) {
        let context = try await observer.context(for: table.resources)
        let pass = try await observer.pass(over: table, context: context)
        let result = Planner.plan(
            PlanRequest(
                cause: .drift, commit: "c", declared: pass.candidates, observations: pass.observations,
                context: PlanContext(pass.context)))
        pass.record(inSync: result.inSync)
        return (pass.candidates.map(\.id), result)
    }

    private func bench() -> (SimulatedHost, Observer<SimulatedHost>, SyncTable) {
        let host = SimulatedHost(seed: 1)
        host.place(directory: "/srv/d")
        for name in ["a", "b"] { host.write("/srv/d/\(name)", name) }
        host.place(symlink: "/srv/link", to: "a")
        host.advance(by: 1_000_000_000)
        let table = SyncTable(
            [
                .directory("/srv/d", mode: 0o755), .file("/srv/d/a", "a"), .file("/srv/d/b", "b", mode: 0o644),
                .symlink("/srv/link", to: "a"), .file("/srv/gone", isAbsent: true),
                .directory("/srv/r", isRecursive: true),
            ], seed: 3)
        return (host, Observer(host: host, worker: InlineWorker()), table)
    }

    @Test func `what was in sync and did not change is not observed again`() async throws {
        let (host, observer, table) = bench()
        let first = try await pass(host, observer, table)
        #expect(first.candidates.count == 6)
        let second = try await pass(host, observer, table)
        // Only what cannot be known by its path, and what is not in sync, is left.
        #expect(second.candidates == [ResourceID("directory:/srv/r")])
    }

    @Test(
        .tags(.i7),
        arguments: [
            "bytes", "mode", "owner", "link", "removed", "appeared", "replaced", "touched", "directory",
        ])
    func `any change is found`(_ kind: String) async throws {
        let (host, observer, table) = bench()
        _ = try await pass(host, observer, table)
        var expected = ResourceID("file:/srv/d/b")
        switch kind {
        case "bytes": host.write("/srv/d/b", "c")
        case "mode": host.change("/srv/d/b", FileMetadata(mode: 0o600))
        case "owner": host.change("/srv/d/b", FileMetadata(owner: 3))
        case "removed": host.removeAll("/srv/d/b")
        case "replaced": host.place(symlink: "/srv/d/b", to: "a")
        case "touched":
            host.removeAll("/srv/d/b")
            host.write("/srv/d/b", "b")
        case "link":
            host.place(symlink: "/srv/link", to: "b")
            expected = ResourceID("symlink:/srv/link")
        case "appeared":
            host.write("/srv/gone", "x")
            expected = ResourceID("file:/srv/gone")
        default:
            host.change("/srv/d", FileMetadata(mode: 0o700))
            expected = ResourceID("directory:/srv/d")
        }
        #expect(try await pass(host, observer, table).candidates.contains(expected))
    }

    @Test func `what is not in sync is looked at until it is`() async throws {
        let (host, observer, table) = bench()
        host.write("/srv/d/a", "drifted")
        host.advance(by: 1_000_000_000)
        let id = ResourceID("file:/srv/d/a")
        for _ in 0..<2 {
            #expect(try await pass(host, observer, table).result.plan.changes.map(\.resource).contains(id))
        }
        host.write("/srv/d/a", "a")
        host.advance(by: 1_000_000_000)
        #expect(try await pass(host, observer, table).candidates.contains(id))
        #expect(try await pass(host, observer, table).candidates.contains(id) == false)
    }

    @Test func `a change within the tick of the look is not missed`() async throws {
        let (host, observer, table) = bench()
        host.write("/srv/d/a", "a")
        _ = try await pass(host, observer, table)
        host.write("/srv/d/a", "b")
        #expect(
            try await pass(host, observer, table).result.plan.changes.map(\.resource) == [
                ResourceID("file:/srv/d/a"), ResourceID("directory:/srv/r"),
            ])
    }

    @Test func `forgetting makes it look again`() async throws {
        let (host, observer, table) = bench()
        _ = try await pass(host, observer, table)
        table.forget(ResourceID("file:/srv/d/a"))
        #expect(try await pass(host, observer, table).candidates.contains(ResourceID("file:/srv/d/a")))
        table.forgetAll()
        #expect(try await pass(host, observer, table).candidates.count == 6)
    }

    @Test func `a user who gets an account is found without a new generation`() async throws {
        let host = SimulatedHost(seed: 1)
        host.write("/srv/a", "a")
        host.write("/etc/passwd", "1")
        host.advance(by: 1_000_000_000)
        let table = SyncTable([.file("/srv/a", "a", owner: "nginx"), .file("/srv/b", isAbsent: true)])
        let observer = Observer(host: host, worker: InlineWorker())
        let context = try await observer.context(for: table.resources)
        func plan() async throws -> PlanResult {
            let pass = try await observer.pass(over: table, context: context)
            let result = Planner.plan(
                PlanRequest(
                    cause: .drift, commit: "c", declared: pass.candidates, observations: pass.observations,
                    context: PlanContext(pass.context)))
            pass.record(inSync: result.inSync)
            return result
        }
        #expect(try await plan().problems.count == 1)
        host.setUser("nginx", 101)
        #expect(
            try await plan().plan.changes.first?.operations == [
                .setMetadata(path: "/srv/a", metadata: FileMetadata(owner: 101))
            ])
    }

    @Test func `threads find the same as one`() async throws {
        try await withTemporaryDirectory("observer") { root in
            let outside = LinuxOutside(root: root)
            var declared: [DeclaredResource] = []
            for directory in 0..<5 {
                outside.makeDirectory("/d\(directory)")
                for file in 0..<300 {
                    let path = "/d\(directory)/f\(file)"
                    if file % 7 != 0 { outside.write(path, "\(file % 5)") }
                    declared.append(.file(path, "\(file % 6)"))
                }
            }
            let host = LinuxHost(root: try RootDirectory(path: root), systemd: nil)
            let worker = try ThreadWorker(name: "observe", count: 3)
            defer { worker.stop() }
            let threaded = Observer(host: host, worker: worker)
            let context = try await threaded.context(for: declared)
            let single = Observer(host: host, worker: InlineWorker())
            let found = try await threaded.observe(declared, context: context)
            #expect(found == (try await single.observe(declared, context: context)))
            #expect(found.count == 1_500)
            let candidates = try await threaded.differing(from: SyncTable(declared))
            #expect(candidates.map(\.id) == declared.map(\.id))
        }
    }
}
