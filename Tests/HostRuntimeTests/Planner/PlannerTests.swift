import HostRuntime
import HostTestSupport
import Model
import Store
import Testing

@Suite struct PlannerTests {
    @Test func `what depends on a resource with a problem waits`() throws {
        let host = SimulatedHost(seed: 1)
        host.inject(SimulatedFault(path: "/srv/a", code: .inputOutput, affectsReading: true))
        host.write("/srv/same", "x")
        let a = ResourceID("file:/srv/a")
        let result = try Planning(host).plan([
            .file("/srv/a", "x"), .file("/srv/same", "x", after: [a]),
            .file("/srv/b", "x", after: [ResourceID("file:/srv/same")]), .file("/srv/c", "x", after: [a]),
            .file("/srv/free", "x"),
        ])
        #expect(result.plan.changes.map(\.resource) == [ResourceID("file:/srv/free")])
        #expect(result.inSync == [ResourceID("file:/srv/same")])
        #expect(result.problems[ResourceID("file:/srv/b")] == .blocked(by: a))
        #expect(result.problems[ResourceID("file:/srv/c")] == .blocked(by: a))
        #expect(result.problems[a]?.error?.code == .inputOutput)
    }

    @Test func `dependencies reach through what does not change`() throws {
        let host = SimulatedHost(seed: 1)
        host.place(directory: "/srv/d")
        let plan = try Planning(host).plan([
            .file("/srv/first", "x"), .directory("/srv/d", after: [ResourceID("file:/srv/first")]),
            .file("/srv/d/last", "x"),
        ]).plan
        #expect(plan.changes.last?.dependencies == [ResourceID("file:/srv/first")])
    }

    @Test func `a plan without some changes is without those that need them`() throws {
        let plan = try Planning(SimulatedHost(seed: 1)).plan([
            .directory("/srv/d"), .file("/srv/d/x", "x"), .file("/srv/y", "y"),
        ]).plan
        let (rest, blocked) = plan.excluding([ResourceID("directory:/srv/d")])
        #expect(rest.changes.map(\.resource) == [ResourceID("file:/srv/y")])
        #expect(blocked == [ResourceID("file:/srv/d/x")])
    }

    @Test func `the hash is of the commit, the resources and their digests in order`() throws {
        let declared = [DeclaredResource.file("/srv/a", "x"), .file("/srv/b", "y")]
        let plan = try Planning(SimulatedHost(seed: 1)).plan(declared).plan
        var text = #"{"changes":["#
        text += plan.changes.map { #"["\#($0.resource)","\#($0.before)","\#($0.after)"]"# }.joined(separator: ",")
        text += #"],"commit":"c1"}"#
        #expect(plan.hash == ContentDigest(hashing: text).description)
        var other = plan
        other.commit = "c2"
        #expect(other.hash != plan.hash)
        other = plan
        other.changes.reverse()
        #expect(other.hash != plan.hash)
        other = plan
        other.changes[0].contentDiff = "shown or not"
        other.changes[0].fields = []
        #expect(other.hash == plan.hash)
    }

    @Test func `removals of what left have the cause prune, of the plan when there is nothing else`() throws {
        let host = SimulatedHost(seed: 1)
        host.write("/etc/gone", "x")
        let departed = [DepartedResource(last: .file("/etc/gone", "x", prune: true), before: nil)]
        let alone = try Planning(host).plan([], departed: departed).plan
        #expect(alone.cause == .prune)
        let mixed = try Planning(host).plan([.file("/etc/new", "y")], departed: departed).plan
        #expect(mixed.cause == .change)
        #expect(mixed.changes.map { mixed.cause(of: $0) } == [.change, .prune])
        #expect(Plan([mixed.changes[1]], for: .change, commit: "c").cause == .prune)
        let absent = try Planning(host).plan([.file("/etc/gone", isAbsent: true)]).plan
        #expect(absent.changes.map(\.action) == [.remove] && absent.cause == .change)
        let back = try Planning(host).plan([], departed: departed, cause: .rollback).plan
        #expect(back.cause == .rollback)
        #expect(Plan([], for: .drift, commit: "c").cause == .drift)
    }

    @Test func `what left is only forgotten unless it is pruned`() throws {
        let host = SimulatedHost(seed: 1)
        for path in ["/srv/kept", "/srv/gone", "/srv/taken"] { host.write(path, "x") }
        let departed = [
            DepartedResource(last: .file("/srv/kept", "x"), before: nil),
            DepartedResource(last: .file("/srv/gone", "x", prune: true), before: nil),
            DepartedResource(last: .file("/srv/taken", "x", prune: true), before: nil),
        ]
        let result = try Planning(host).plan([.symlink("/srv/taken", to: "y")], departed: departed)
        #expect(
            result.plan.changes.map { "\($0.action) \($0.resource)" } == [
                "replace symlink:/srv/taken", "remove file:/srv/gone",
            ])
        #expect(result.forgettable.sorted() == [ResourceID("file:/srv/kept"), ResourceID("file:/srv/taken")])
    }

    @Test func `what was there before adoption is restored`() throws {
        let host = SimulatedHost(seed: 1)
        for path in ["/srv/file", "/srv/link"] { host.write(path, "managed") }
        host.place(directory: "/srv/dir")
        let metadata = FileMetadata(owner: 33, group: 33, mode: 0o640)
        let before = FileBefore(
            metadata: metadata, attributes: [], content: DeclaredContent("old"),
            identity: FileIdentity(device: 1, inode: 2, size: 3, modified: 4, changed: 5))
        let departed = [
            DepartedResource(last: .file("/srv/file", "managed", prune: true), before: .file(before)),
            DepartedResource(
                last: .file("/srv/link", "managed", prune: true),
                before: .symlink(target: "t", metadata: FileMetadata(owner: 0, group: 0))),
            DepartedResource(
                last: .directory("/srv/dir", mode: 0o755, prune: true),
                before: .directory(metadata: FileMetadata(owner: 0, group: 0, mode: 0o700), attributes: [], entries: [])
            ),
        ]
        let plan = try Planning(host).plan([], departed: departed, cause: .prune).plan
        #expect(
            plan.changes.flatMap(\.operations) == [
                .makeSymlink(path: "/srv/link", target: "t", metadata: FileMetadata(owner: 0, group: 0)),
                .writeFile(path: "/srv/file", content: DeclaredContent("old"), metadata: metadata),
                .setMetadata(path: "/srv/dir", metadata: FileMetadata(mode: 0o700)),
            ])
        #expect(plan.changes.map(\.resource.description) == ["file:/srv/link", "file:/srv/file", "directory:/srv/dir"])
    }

    @Test func `what was there before is put back after the directory that holds it, or waits for it`() throws {
        let before = FileBefore(
            metadata: FileMetadata(owner: 0, group: 0, mode: 0o640), attributes: [], content: DeclaredContent("old"),
            identity: FileIdentity(device: 1, inode: 2, size: 3, modified: 4, changed: 5))
        let file = DepartedResource(last: .file("/srv/d/x", "managed", prune: true), before: .file(before))
        let made = try Planning(SimulatedHost(seed: 1)).plan([.directory("/srv/d")], departed: [file]).plan
        #expect(made.changes.map(\.resource.description) == ["directory:/srv/d", "file:/srv/d/x"])
        #expect(made.changes.last?.dependencies == [ResourceID("directory:/srv/d")])
        let directory = DepartedResource(
            last: .directory("/srv/d", prune: true),
            before: .directory(metadata: FileMetadata(owner: 0, group: 0, mode: 0o700), attributes: [], entries: []))
        let both = try Planning(SimulatedHost(seed: 1)).plan([], departed: [file, directory]).plan
        #expect(both.changes.map(\.resource.description) == ["directory:/srv/d", "file:/srv/d/x"])
        #expect(both.changes.last?.dependencies == [ResourceID("directory:/srv/d")])
        let host = SimulatedHost(seed: 1)
        host.place(symlink: "/srv/d", to: "nowhere")
        let blocked = try Planning(host).plan([.directory("/srv/d"), .file("/srv/a", "a")], departed: [file])
        #expect(blocked.plan.changes.map(\.resource.description) == ["file:/srv/a"])
        #expect(blocked.problems[file.id] == .blocked(by: ResourceID("directory:/srv/d")))
    }

    @Test func `what lies in a directory waits for its owner and mode, not for what is purged from it`() throws {
        let host = SimulatedHost(seed: 1)
        host.place(directory: "/srv/d")
        host.write("/srv/d/stray", "x")
        let file = DeclaredResource.file("/srv/d/x", "x")
        let purged = try Planning(host).plan([.directory("/srv/d", purge: true), file]).plan
        #expect(
            purged.changes.map { "\($0.action) \($0.resource)" } == ["update directory:/srv/d", "create file:/srv/d/x"])
        #expect(purged.changes.last?.dependencies == [])
        let closed = try Planning(host).plan([.directory("/srv/d", mode: 0o711, purge: true), file]).plan
        #expect(closed.changes.last?.dependencies == [ResourceID("directory:/srv/d")])
    }

    @Test func `a directory that left stays while something is in it`() throws {
        let host = SimulatedHost(seed: 1)
        host.place(directory: "/srv/d")
        host.write("/srv/d/mine", "x")
        host.write("/srv/d/stray", "x")
        let departed = [
            DepartedResource(last: .directory("/srv/d", prune: true), before: .absent),
            DepartedResource(last: .file("/srv/d/mine", "x", prune: true), before: .absent),
        ]
        let result = try Planning(host).plan([], departed: departed)
        #expect(result.plan.changes.map(\.resource.description) == ["file:/srv/d/mine"])
        #expect(result.problems[ResourceID("directory:/srv/d")]?.error?.code == .notEmpty)
        host.removeAll("/srv/d/stray")
        #expect(
            try Planning(host).plan([], departed: departed).plan.changes.map(\.resource.description) == [
                "file:/srv/d/mine", "directory:/srv/d",
            ])
    }

    @Test func `a unit that left goes before its successor starts`() throws {
        let text = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n"
        let host = SimulatedHost(seed: 1)
        let planning = Planning(host)
        let old = DeclaredResource.unit("old.service", active: true, enabled: true, content: text, prune: true)
        try PlanInterpreter(host, texts: [text]).apply(planning.plan([old]).plan)
        let new = DeclaredResource.unit("new.service", active: true, content: text)
        let departed = [DepartedResource(last: old, before: nil)]
        let plan = try planning.plan([new], departed: departed).plan
        #expect(plan.changes.map(\.resource.description) == ["unit:old.service", "unit:new.service"])
        #expect(plan.changes.last?.dependencies == [old.id])
        #expect(
            plan.changes.first?.operations == [
                .unit(name: "old.service", action: .disable), .unit(name: "old.service", action: .stop),
                .remove(path: "/etc/systemd/system/old.service"), .reloadUnitFiles,
            ])
        try PlanInterpreter(host, texts: [text]).apply(plan)
        let again = try planning.plan([new], departed: departed)
        #expect(again.plan.isEmpty && again.forgettable == [old.id])
    }

    @Test func `a unit that left and that no run removes holds up no other`() throws {
        let text = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n"
        let host = SimulatedHost(seed: 1)
        let planning = Planning(host)
        var old = DeclaredResource.unit("old.service", active: true, content: text, prune: true)
        try PlanInterpreter(host, texts: [text]).apply(planning.plan([old]).plan)
        old.mode = .observe
        let plan = try planning.plan(
            [.unit("new.service", active: true, content: text)],
            departed: [DepartedResource(last: old, before: nil)]
        ).plan
        #expect(plan.changes.map(\.resource.description) == ["unit:old.service", "unit:new.service"])
        #expect(plan.changes.last?.dependencies == [])
    }

    @Test func `a packaged unit that left gets its states back`() throws {
        let text = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n"
        let host = SimulatedHost(seed: 1)
        host.install(unit: "w.service", text)
        let planning = Planning(host)
        let declared = DeclaredResource.unit("w.service", active: true, enabled: true, prune: true)
        try PlanInterpreter(host, texts: []).apply(planning.plan([declared]).plan)
        let before = StateBefore.unit(UnitBefore(activeState: "inactive", unitFileState: "disabled"))
        let plan = try planning.plan([], departed: [DepartedResource(last: declared, before: before)]).plan
        #expect(
            plan.changes.first?.operations == [
                .unit(name: "w.service", action: .disable), .unit(name: "w.service", action: .stop), .reloadUnitFiles,
            ])
        #expect(try planning.plan([], departed: [DepartedResource(last: declared, before: nil)]).plan.isEmpty)
    }
}
