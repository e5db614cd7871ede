import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// Units whose start systemd has queued already, as at a boot.
@Suite struct StartingTests {
    private static let unit = DeclaredResource.unit("w.service", active: true)
    private static let file = DeclaredResource.file("/etc/w", "x\n", after: [unit.id])

    /// A host in its declared state whose machine was rebooted: the unit is down, and its start queued.
    private static func rebooted(
        _ declared: [DeclaredResource] = [unit], _ body: (LoopFixture) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            loop.host.install(unit: "w.service", "[Service]\nExecStart=/bin/one\n")
            try await loop.commit("c1", declared, texts: ["x\n"])
            #expect(try await loop.pass() == .succeeded)
            loop.host.stop(unit: "w.service")
            loop.host.queueStart(unit: "w.service")
            loop.restart()
            try await body(loop)
        }
    }

    private static func reason(_ loop: LoopFixture) throws -> Reason? {
        try loop.status(of: unit.id).conditions?[.ready]?.reason
    }

    @Test func `a queued start is waited for without a run, and the end of its job is noticed`() async throws {
        try await Self.rebooted { loop in
            #expect(try await loop.pass() == .differencesLeft)
            #expect(try loop.status(of: Self.unit.id).phase == .pending)
            #expect(try Self.reason(loop) == .starting)
            try await loop.repair(Self.unit.id)
            #expect(try loop.status(of: Self.unit.id).phase == .pending)
            loop.host.start(unit: "w.service")
            try await loop.repair(Self.unit.id)
            #expect(try loop.status(of: Self.unit.id).phase == .inSync)
            #expect(try loop.runs() == ["change Succeeded"])
        }
    }

    @Test(arguments: [false, true]) func `a start that fails is drift, also after a restart of the daemon`(
        restarts: Bool
    ) async throws {
        try await Self.rebooted { loop in
            _ = try await loop.pass()
            loop.host.fail(unit: "w.service")
            if restarts {
                loop.restart()
                _ = try await loop.pass()
            } else {
                try await loop.repair(Self.unit.id)
            }
            #expect(try loop.status(of: Self.unit.id).phase == .inSync)
            #expect(try loop.runs() == ["change Succeeded", "drift Succeeded"])
        }
    }

    @Test func `a queued start that an event tells of opens no drift either`() async throws {
        try await Self.rebooted { loop in
            loop.host.start(unit: "w.service")
            _ = try await loop.pass()
            loop.host.stop(unit: "w.service")
            loop.host.queueStart(unit: "w.service")
            try await loop.repair(Self.unit.id)
            #expect(try Self.reason(loop) == .starting)
            #expect(try loop.runs() == ["change Succeeded"])
            loop.host.fail(unit: "w.service")
            try await loop.repair(Self.unit.id)
            #expect(try loop.runs() == ["change Succeeded", "drift Succeeded"])
        }
    }

    @Test func `what comes after the unit waits for it, and goes on when its job ends`() async throws {
        try await Self.rebooted([Self.unit, Self.file]) { loop in
            loop.host.write("/etc/w", "theirs\n")
            _ = try await loop.pass()
            #expect(loop.text("/etc/w") == "theirs\n")
            #expect(try loop.status(of: Self.file.id).phase == .pending)
            loop.host.start(unit: "w.service")
            try await loop.repair(Self.unit.id)
            #expect(loop.text("/etc/w") == "x\n")
            #expect(try loop.status(of: Self.file.id).phase == .inSync)
        }
    }

    @Test func `a commit is in force once the unit that it declares has started`() async throws {
        try await Self.rebooted { loop in
            try await loop.commit("c2", [Self.unit, DeclaredResource.file("/etc/new", "x\n")])
            _ = try await loop.pass()
            #expect(loop.text("/etc/new") == "x\n")
            #expect(try generationInForce(loop) == "c1")
            loop.host.start(unit: "w.service")
            try await loop.repair(Self.unit.id)
            #expect(try generationInForce(loop) == "c2")
        }
    }

    private func generationInForce(_ loop: LoopFixture) throws -> String? {
        try loop.generations.newest(state: .good)?.commit.commit
    }
}
