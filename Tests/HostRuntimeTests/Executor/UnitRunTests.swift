import Model
import Store
import TestSupport
import Testing

@testable import HostRuntime

/// Runs that change units.
@Suite struct UnitRunTests {
    private static let text = """
        [Service]
        ExecStart=/bin/server
        [Install]
        WantedBy=multi-user.target
        """
    private static let broken = "[Service]\nExecStart=/bin/false\n"

    private static func state(_ fixture: ExecutorFixture, _ name: String) throws -> UnitObservation {
        try #require(try fixture.host.units([name]).first)
    }

    @Test func `a unit that fails to start brings its file and all others back`() async throws {
        try await withExecutor { fixture in
            fixture.host.write("/etc/systemd/system/web.service", Self.text)
            fixture.host.start(unit: "web.service")
            fixture.host.settle()
            let before = fixture.host.snapshot()
            try fixture.declare([
                .file("/etc/motd", "new\n"), .unit("web.service", active: true, content: Self.broken),
            ])
            let failure = try #require((try await fixture.converge()).rollbackCause)
            #expect(failure.resource == ResourceID(type: .unit, identity: "web.service"))
            #expect(failure.message.contains("status=1/FAILURE"))
            #expect(fixture.host.snapshot() == before)
            let state = try Self.state(fixture, "web.service")
            #expect(state.activeState == "active")
            #expect(!state.needsReload)
        }
    }

    @Test func `a failed verification stops and disables what the run had started and enabled`() async throws {
        try await withExecutor { fixture in
            fixture.host.place(directory: "/etc/systemd/system/multi-user.target.wants")
            fixture.host.install(unit: "idle.service", Self.text)
            let before = fixture.host.snapshot()
            let probe = Probe.exec(arguments: ["/bin/false"], timeoutSeconds: 1)
            try fixture.declare([.unit("idle.service", active: true, enabled: true, verify: [probe])])
            try #require((try await fixture.converge()).rollbackCause != nil)
            let state = try Self.state(fixture, "idle.service")
            #expect(state.activeState == "inactive")
            #expect(state.unitFileState == "disabled")
            #expect(fixture.host.snapshot() == before)
        }
    }

    @Test func `a unit that was restarted runs with its old configuration again`() async throws {
        try await withExecutor { fixture in
            fixture.host.install(unit: "web.service", Self.text, isRunning: true)
            fixture.host.write("/etc/web.conf", "old\n")
            fixture.host.settle()
            let first = try Self.state(fixture, "web.service").mainPID
            let probe = Probe.exec(arguments: ["/bin/false"], timeoutSeconds: 1)
            let configuration = ResourceID(type: .file, identity: "/etc/web.conf")
            try fixture.declare([
                .file("/etc/web.conf", "new\n"),
                .unit("web.service", active: true, restartOn: [configuration], verify: [probe]),
            ])
            let restarted = BoundaryLog()
            fixture.hook = restarted.hook
            try #require((try await fixture.converge()).rollbackCause != nil)
            #expect(fixture.host.bytes(of: "/etc/web.conf") == Array("old\n".utf8))
            // Started once by the run with the new configuration and once more by its undo with the old.
            #expect(try Self.state(fixture, "web.service").mainPID == first + 2)
        }
    }

    @Test func `a unit that hangs at its start fails the run with its last lines`() async throws {
        try await withExecutor { fixture in
            try fixture.declare([
                .unit("slow.service", active: true, content: "[Service]\nExecStart=/bin/hang\n")
            ])
            let failure = try #require((try await fixture.converge()).rollbackCause)
            #expect(failure.message.contains("did not start within"))
            #expect(fixture.host.bytes(of: "/etc/systemd/system/slow.service") == nil)
            #expect(try Self.state(fixture, "slow.service").activeState == "inactive")
        }
    }

    @Test func `units of one layer reload unit files once`() async throws {
        try await withExecutor { fixture in
            let count = fixture.host.reloadCount
            try fixture.declare((0..<5).map { .unit("u\($0).service", active: true, content: Self.text) })
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
            #expect(fixture.host.reloadCount == count + 1)
            #expect(try await fixture.plan().isEmpty)
        }
    }

    @Test(.tags(.i3)) func `a restart whose effect is not known is undone with its run and not repeated blindly`()
        async throws
    {
        try await withExecutor { fixture in
            fixture.host.install(unit: "web.service", Self.text, isRunning: true)
            fixture.host.write("/etc/web.conf", "old\n")
            fixture.host.settle()
            let configuration = ResourceID(type: .file, identity: "/etc/web.conf")
            try fixture.declare([
                .file("/etc/web.conf", "new\n"), .unit("web.service", active: true, restartOn: [configuration]),
            ])
            fixture.hook = { (point: Boundary) throws(BoundaryCrash) in
                if point == .applied(step: 1) { throw BoundaryCrash() }
            }
            #expect(try await fixture.converge() == .interrupted)
            fixture.hook = nil
            let report = try await fixture.startAgain()
            let failure = try #require((report.runs.first?.outcome)?.rollbackCause)
            #expect(failure.reason == .interruption)
            #expect(fixture.host.bytes(of: "/etc/web.conf") == Array("old\n".utf8))
            #expect(try await fixture.converge() == .succeeded(concurrentWrites: []))
        }
    }
}
