import HostRuntime
import HostTestSupport
import Model
import Testing

@Suite struct UnitProviderTests {
    private static let text = "[Service]\nExecStart=/bin/one\n[Install]\nWantedBy=multi-user.target\n"
    private static let staticText = "[Service]\nExecStart=/bin/one\n"

    private func actions(_ change: Change?) -> [String] {
        (change?.operations ?? []).map { operation in
            switch operation {
            case .unit(_, let action): action.rawValue
            case .reloadUnitFiles: "daemon-reload"
            case .writeFile(let path, _, _): "write \(path)"
            case .makeDirectory(let path, _): "mkdir \(path)"
            case .remove(let path): "remove \(path)"
            case .setMetadata, .makeSymlink: "other"
            }
        }
    }

    private func change(
        _ unit: DeclaredResource, others: [DeclaredResource] = [], _ prepare: (SimulatedHost) -> Void = { _ in }
    ) throws -> Change? {
        let host = SimulatedHost(seed: 1)
        host.install(unit: "w.service", Self.text)
        prepare(host)
        return try Planning(host).plan(others + [unit]).plan.changes.first { $0.resource == unit.id }
    }

    private func problem(
        _ unit: DeclaredResource, _ prepare: (SimulatedHost) -> Void = { _ in }
    ) throws -> HostError? {
        let host = SimulatedHost(seed: 1)
        prepare(host)
        return try Planning(host).plan([unit]).problems[unit.id]?.error
    }

    @Test func `a unit is enabled, then started`() throws {
        let change = try change(.unit("w.service", active: true, enabled: true))
        #expect(actions(change) == ["enable", "daemon-reload", "start"])
        #expect(change?.undo == .compensating && change?.risk == .medium)
        #expect(
            change?.fields.map(\.description) == ["enabled: disabled -> enabled", "active: inactive -> active"])
    }

    @Test func `a unit in its states is in sync`() throws {
        #expect(try change(.unit("w.service", active: false, enabled: false, masked: false)) == nil)
        #expect(try change(.unit("w.service")) { $0.start(unit: "w.service") } == nil)
    }

    @Test func `a failed unit is not active`() throws {
        #expect(try actions(change(.unit("w.service", active: true)) { $0.fail(unit: "w.service") }) == ["start"])
        #expect(try change(.unit("w.service", active: false)) { $0.fail(unit: "w.service") } == nil)
    }

    @Test func `stopping and masking are a high risk`() throws {
        let change = try change(.unit("w.service", active: false, masked: true)) { $0.start(unit: "w.service") }
        #expect(actions(change) == ["mask", "daemon-reload", "stop"])
        #expect(change?.risk == .high)
    }

    @Test func `a masked unit is unmasked before anything else`() throws {
        let change = try change(.unit("w.service", active: true, enabled: true, masked: false)) { host in
            host.mask(unit: "w.service")
        }
        #expect(actions(change) == ["unmask", "daemon-reload", "enable", "daemon-reload", "start"])
    }

    @Test func `own files are written, read, and the running unit restarted`() throws {
        let declared = DeclaredResource.unit(
            "w.service", active: true, content: Self.staticText, dropIns: ["10-a.conf": "x"])
        let change = try change(declared) { $0.start(unit: "w.service") }
        #expect(
            actions(change) == [
                "write /etc/systemd/system/w.service", "mkdir /etc/systemd/system/w.service.d",
                "write /etc/systemd/system/w.service.d/10-a.conf", "daemon-reload", "restart",
            ])
        #expect(change?.fields.last?.description == "restart: - -> its unit files change")
    }

    @Test func `a drop-in whose name begins with a combining mark is known again`() throws {
        let host = SimulatedHost(seed: 1)
        let planning = Planning(host)
        let declared = [
            DeclaredResource.unit("w.service", content: Self.staticText, dropIns: ["\u{301}.conf": "x"])
        ]
        try PlanInterpreter(host, texts: [Self.staticText, "x"]).apply(planning.plan(declared).plan)
        #expect(host.bytes(of: "/etc/systemd/system/w.service.d/\u{301}.conf") == Array("x".utf8))
        #expect(try planning.plan(declared).plan.isEmpty)
    }

    @Test func `files that systemd has not read are read, once`() throws {
        let host = SimulatedHost(seed: 1)
        host.install(unit: "w.service", Self.text)
        let planning = Planning(host)
        let declared = [DeclaredResource.unit("w.service", content: Self.text)]
        try PlanInterpreter(host, texts: [Self.text]).apply(planning.plan(declared).plan)
        #expect(host.reloadCount == 1)
        #expect(try planning.plan(declared).plan.isEmpty)
        host.start(unit: "w.service")
        host.write("/etc/systemd/system/w.service.d", "")
        host.removeAll("/etc/systemd/system/w.service.d")
        host.place(directory: "/usr/lib/systemd/system/w.service.d")
        host.write("/usr/lib/systemd/system/w.service.d/x.conf", "y")
        #expect(try actions(planning.plan(declared).plan.changes.first) == ["daemon-reload", "restart"])
    }

    @Test func `what restarts a unit does so in the same plan, and reloading less`() throws {
        let file = DeclaredResource.file("/etc/w.conf", "x")
        let other = DeclaredResource.file("/etc/w.tls", "x")
        let running: (SimulatedHost) -> Void = { $0.start(unit: "w.service") }
        let both = DeclaredResource.unit("w.service", active: true, restartOn: [file.id], reloadOn: [other.id])
        let restart = try change(both, others: [file, other], running)
        #expect(actions(restart) == ["restart"] && restart?.action == .restart)
        #expect(restart?.before == restart?.after)
        #expect(restart?.dependencies == [file.id, other.id])
        let reload = try change(both, others: [file, other]) { host in
            running(host)
            host.write("/etc/w.conf", "x")
        }
        #expect(actions(reload) == ["reload"] && reload?.action == .reload)
        // A unit that is started reads everything anyway, and one that is to be down stays down.
        #expect(try actions(change(both, others: [file, other])) == ["start"])
        let down = DeclaredResource.unit("w.service", active: false, restartOn: [file.id])
        #expect(try change(down, others: [file]) == nil)
        let unmanaged = DeclaredResource.unit("w.service", restartOn: [file.id])
        #expect(try actions(change(unmanaged, others: [file], running)) == ["restart"])
        #expect(try change(unmanaged, others: [file]) == nil)
    }

    @Test func `what cannot be done to a unit is said with what to do`() throws {
        let install: (SimulatedHost) -> Void = { $0.install(unit: "w.service", Self.staticText) }
        let cases: [(DeclaredResource, (SimulatedHost) -> Void, String)] = [
            (.unit("w.service", enabled: true), install, "no [Install] section"),
            (.unit("gone.service", active: true), install, "systemd knows no such unit"),
            (
                .unit("w.service", active: true),
                {
                    install($0); $0.mask(unit: "w.service")
                }, "declare 'masked: false'"
            ),
            (.unit("w.service", active: true, masked: true), install, "both masked and active"),
            (.unit("w.service", enabled: true, masked: true), install, "both masked and enabled"),
            (.unit("w.service", masked: true, content: "x"), install, "drop one of 'masked' and 'content'"),
        ]
        for (unit, prepare, text) in cases {
            let error = try problem(unit, prepare)
            #expect(error?.message.contains(text) == true, "\(String(describing: error))")
        }
        #expect(try problem(.unit("w.service", enabled: false), install) == nil)
        #expect(try problem(.unit("gone.service", active: false)) == nil)
    }

    @Test func `without systemd each unit has its own error`() throws {
        let host = SimulatedHost(seed: 1, hasUnits: false)
        let result = try Planning(host).plan([.unit("w.service", active: true), .file("/etc/motd", "x")])
        #expect(result.problems[ResourceID("unit:w.service")]?.error?.code == .unavailable)
        #expect(result.plan.changes.map(\.resource) == [ResourceID("file:/etc/motd")])
    }

    @Test func `the main process is no part of what is planned`() throws {
        let declared = DeclaredResource.unit("w.service", active: true)
        let first = Observation.unit(
            UnitObservation(loadState: "loaded", activeState: "active", unitFileState: "enabled", mainPID: 5),
            files: UnitFiles())
        let second = Observation.unit(
            UnitObservation(loadState: "loaded", activeState: "reloading", unitFileState: "disabled", mainPID: 6),
            files: UnitFiles())
        #expect(first.digest(for: declared) == second.digest(for: declared))
    }

    @Test func `a unit whose start is queued is on its way, and drift when the job has failed`() throws {
        let host = SimulatedHost(seed: 1)
        host.install(unit: "w.service", Self.text)
        let unit = DeclaredResource.unit("w.service", active: true)
        let file = DeclaredResource.file("/etc/w", "x", after: [unit.id])
        host.queueStart(unit: "w.service")
        let waiting = try Planning(host).plan([unit, file])
        #expect(waiting.plan.changes.isEmpty && !waiting.inSync.contains(unit.id))
        #expect(waiting.onTheirWay == [unit.id: .starting])
        #expect(waiting.problems == [file.id: .blocked(by: unit.id)])

        host.fail(unit: "w.service")
        let failed = try Planning(host).plan([unit, file])
        #expect(failed.plan.changes.map(\.resource) == [unit.id, file.id] && failed.onTheirWay.isEmpty)
        host.start(unit: "w.service")
        let started = try Planning(host).plan([unit, file])
        #expect(started.plan.changes.map(\.resource) == [file.id] && started.inSync == [unit.id])
    }

    @Test func `a queued start does not hide another difference, nor that the unit is to be stopped`() throws {
        let isQueued = { (host: SimulatedHost) in host.queueStart(unit: "w.service") }
        let change = try change(.unit("w.service", active: true, enabled: true), isQueued)
        #expect(actions(change) == ["enable", "daemon-reload", "start"])
        let declared = DeclaredResource.unit("w.service", active: true, dropIns: ["10-a.conf": "x"])
        #expect(try actions(self.change(declared, isQueued)).last == "start")
    }

    @Test func `nothing is started on a machine that shuts down`() throws {
        let host = SimulatedHost(seed: 1)
        host.install(unit: "w.service", Self.text)
        host.beginShutdown()
        let unit = DeclaredResource.unit("w.service", active: true)
        let result = try Planning(host).plan([unit])
        #expect(result.plan.changes.isEmpty && result.onTheirWay == [unit.id: .shuttingDown])
    }
}
