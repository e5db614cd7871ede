import HostRuntime
import HostTestSupport
import Model
import Testing

@Suite struct DirectoryProviderTests {
    @Test func `purging removes what nobody declared and nothing more`() throws {
        let result = try Planning.plan([
            .directory("/srv", purge: true), .file("/srv/kept", "x"), .file("/srv/deep/file", "x"),
            .file("/srv/gone", isAbsent: true), .directory("/srv/deep"),
        ]) { host in
            host.place(directory: "/srv/deep")
            host.place(directory: "/srv/mount")
            host.mount("/srv/mount", device: 7)
            for path in ["/srv/kept", "/srv/deep/file", "/srv/deep/other"] { host.write(path, "x") }
            for path in ["/srv/stray", "/srv/gone", "/srv/.aetheredge-5-1"] { host.write(path, "x") }
        }
        let change = try #require(result.plan.changes.first { $0.resource == ResourceID("directory:/srv") })
        #expect(change.operations == [.remove(path: "/srv/stray")])
        #expect(change.risk == .high)
        #expect(change.fields.map(\.description) == ["entry 'stray': present -> -"])
    }

    @Test func `the files of a declared unit are no strays`() throws {
        let host = SimulatedHost(seed: 1)
        host.write("/etc/systemd/system/stray.service", "x")
        let result = try Planning(host).plan([
            .directory("/etc/systemd/system", purge: true),
            .unit("w.service", content: "[Service]\n", dropIns: ["a.conf": "x"]),
        ])
        try PlanInterpreter(host, texts: ["[Service]\n", "x"]).apply(result.plan)
        #expect(try host.entries(of: "/etc/systemd/system", limit: 9) == ["w.service", "w.service.d"])
    }

    @Test func `what is declared by way of a link is no stray, and looked for in every pass`() async throws {
        let host = SimulatedHost(seed: 1)
        host.place(directory: "/srv/d")
        host.place(directory: "/srv/d/sub")
        host.place(symlink: "/srv/l", to: "/srv/d")
        for name in ["x", "y", "sub/z", "stray"] { host.write("/srv/d/" + name, "x") }
        host.write("/srv/e/y", "x")
        let declared: [DeclaredResource] = [
            .directory("/srv/d", purge: true), .file("/srv/l/x", "x"), .file("/srv/e/y", "x"),
            .file("/srv/l/sub/z", "x"),
        ]
        let plan = try Planning(host).plan(declared).plan
        #expect(plan.changes.flatMap(\.operations) == [.remove(path: "/srv/d/stray"), .remove(path: "/srv/d/y")])
        for stray in ["stray", "y"] { host.removeAll("/srv/d/" + stray) }
        host.advance(by: 10_000_000_000)
        let table = SyncTable(try ResourceGraph(declared).resources)
        let observer = Observer(host: host, worker: InlineWorker())
        let context = try await observer.context(for: declared)
        let pass = try await observer.pass(over: table, context: context)
        pass.record(inSync: declared.map(\.id))
        #expect(try await observer.differing(from: table).map(\.id) == [ResourceID("directory:/srv/d")])
    }

    @Test func `a recursive directory corrects what lies below, with execute bits only where they are`() throws {
        let result = try Planning.plan([
            .directory("/srv", owner: "www-data", mode: 0o2750, isRecursive: true),
            .file("/srv/own", "x", owner: "root", mode: 0o600),
            .file("/srv/heir", "x"),
        ]) { host in
            host.place(directory: "/srv/d")
            host.write("/srv/d/script", "x")
            host.change("/srv/d/script", FileMetadata(mode: 0o711))
            host.write("/srv/d/text", "x")
            host.place(symlink: "/srv/d/link", to: "/etc/passwd")
        }
        let change = try #require(result.plan.changes.first { $0.resource == ResourceID("directory:/srv") })
        #expect(
            change.operations == [
                .setMetadata(path: "/srv", metadata: FileMetadata(owner: 33, mode: 0o2750)),
                .setMetadata(path: "/srv/d", metadata: FileMetadata(owner: 33, mode: 0o2750)),
                .setMetadata(path: "/srv/d/link", metadata: FileMetadata(owner: 33)),
                .setMetadata(path: "/srv/d/script", metadata: FileMetadata(owner: 33, mode: 0o750)),
                .setMetadata(path: "/srv/d/text", metadata: FileMetadata(owner: 33, mode: 0o640)),
            ])
        let own = try #require(result.plan.changes.first { $0.resource == ResourceID("file:/srv/own") })
        guard case .writeFile(_, _, let ownMetadata)? = own.operations.first else { return #expect(Bool(false)) }
        #expect(ownMetadata == FileMetadata(owner: 0, mode: 0o600))
        let heir = try #require(result.plan.changes.first { $0.resource == ResourceID("file:/srv/heir") })
        guard case .writeFile(_, _, let heirMetadata)? = heir.operations.first else { return #expect(Bool(false)) }
        #expect(heirMetadata == FileMetadata(owner: 33, mode: 0o640))
    }

    @Test func `a link in place of a directory is not touched`() throws {
        let result = try Planning.plan([.directory("/var/run")]) { $0.place(symlink: "/var/run", to: "/run") }
        let error = try #require(result.problems[ResourceID("directory:/var/run")]?.error)
        #expect(error.code == .wrongType && error.message.contains("a symbolic link to '/run' is there"))
    }

    @Test func `an absent directory goes when it is empty, or when it is purged`() throws {
        let fill: (SimulatedHost) -> Void = { host in
            host.place(directory: "/srv/d")
            host.write("/srv/d/x", "x")
        }
        let kept = try Planning.plan([.directory("/srv/d", isAbsent: true)], fill)
        #expect(kept.plan.isEmpty)
        #expect(kept.problems[ResourceID("directory:/srv/d")]?.error?.code == .notEmpty)
        let purged = try Planning.plan([.directory("/srv/d", purge: true, isAbsent: true)], fill)
        #expect(purged.plan.changes.first?.operations == [.remove(path: "/srv/d")])
        let emptied = try Planning.plan(
            [.directory("/srv/d", isAbsent: true), .file("/srv/d/x", isAbsent: true)], fill)
        #expect(emptied.plan.changes.map(\.resource.description) == ["file:/srv/d/x", "directory:/srv/d"])
    }

    @Test func `a file in place of a directory is replaced`() throws {
        let change = try #require(
            try Planning.plan([.directory("/srv/d", mode: 0o700)]) { $0.write("/srv/d", "x") }.plan.changes.first)
        #expect(change.action == .replace && change.risk == .high)
        #expect(
            change.operations == [
                .remove(path: "/srv/d"), .makeDirectory(path: "/srv/d", metadata: FileMetadata(mode: 0o700)),
            ])
    }
}
