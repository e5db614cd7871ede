import HostRuntime
import HostTestSupport
import LinuxIO
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// Files of units that leave their declaration.
@Suite(.tags(.i4)) struct UnitFileTests {
    private static let vendor = "[Service]\nExecStart=/bin/vendor\n[Install]\nWantedBy=multi-user.target\n"
    private static let own = "[Service]\nExecStart=/bin/own\n"
    private static let earlier = "[Service]\nExecStart=/bin/earlier\n"
    private static let path = "/etc/systemd/system/w.service"
    private static let limits = "/etc/systemd/system/w.service.d/10-limits.conf"
    private static let motd = DeclaredResource.file("/etc/motd", "x")
    private static let texts = [vendor, own, earlier, "x", "limits", "mine", "other"]

    private static func unit(
        content: String? = nil, dropIns: [String] = [], active: Bool? = true, prune: Bool = true
    ) -> DeclaredResource {
        let texts = Dictionary(uniqueKeysWithValues: dropIns.map { ($0, $0 == "10-limits.conf" ? "limits" : "other") })
        return .unit("w.service", active: active, content: content, dropIns: texts, prune: prune)
    }

    /// A host with the vendor's unit, and a commit in force.
    private static func withUnit(
        _ declared: DeclaredResource, before: (SimulatedHost) -> Void = { _ in },
        _ body: (LoopFixture) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            loop.host.install(unit: "w.service", vendor, isRunning: true)
            before(loop.host)
            try await loop.commit("c1", [declared, motd] + filler, texts: texts)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            try await body(loop)
        }
    }

    /// Enough resources that one of them may be removed without an approval.
    private static let filler = (0..<5).map { DeclaredResource.file("/etc/filler-\($0)", "x") }

    private static func commit(_ declared: [DeclaredResource], to loop: LoopFixture) async throws {
        try await loop.commit("c2", declared + [motd] + filler, texts: texts)
        let result = try await loop.pass()
        #expect(result == .succeeded)
        #expect(try loop.host.units(["w.service"]).first?.needsReload == false)
        let again = try await loop.pass()
        #expect(again == .nothingToDo)
    }

    @Test func `a drop-in that leaves is removed and the unit restarted without it`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf", "20-other.conf"])) { loop in
            let before = try loop.host.units(["w.service"]).first?.mainPID
            try await Self.commit([Self.unit(dropIns: ["20-other.conf"])], to: loop)
            #expect(loop.text(Self.limits) == nil)
            #expect(loop.text("/etc/systemd/system/w.service.d/20-other.conf") == "other")
            let after = try loop.host.units(["w.service"]).first
            #expect(after?.activeState == "active" && after?.mainPID != before)
            #expect(try !loop.content.versions(of: ResourceID("unit:w.service")).isEmpty)
        }
    }

    @Test func `the last drop-in that leaves is removed too, also after a restart of the daemon`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"])) { loop in
            loop.restart()
            try await Self.commit([Self.unit()], to: loop)
            #expect(loop.text(Self.limits) == nil)
        }
    }

    @Test func `what was there before a drop-in comes back, once`() async throws {
        let earlier: (SimulatedHost) -> Void = { host in
            host.place(directory: "/etc/systemd/system/w.service.d")
            host.write(Self.limits, "mine")
            host.change(Self.limits, FileMetadata(mode: 0o600))
        }
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"]), before: earlier) { loop in
            #expect(loop.text(Self.limits) == "limits")
            try await Self.commit([Self.unit()], to: loop)
            #expect(loop.text(Self.limits) == "mine")
            #expect(try loop.host.status(of: Self.limits)?.permissions == 0o600)
            loop.host.write(Self.limits, "edited")
            loop.restart()
            _ = try await loop.pass()
            #expect(loop.text(Self.limits) == "edited")
        }
    }

    @Test func `a drop-in that somebody makes after ours went stays`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"])) { loop in
            try await Self.commit([Self.unit()], to: loop)
            loop.host.write(Self.limits, "edited")
            _ = try await loop.pass()
            #expect(loop.text(Self.limits) == "edited")
        }
    }

    @Test func `drift of a drop-in is not what was there before it`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"])) { loop in
            loop.host.write(Self.limits, "drifted")
            let repaired = try await loop.pass()
            #expect(repaired == .succeeded)
            try await Self.commit([Self.unit()], to: loop)
            #expect(loop.text(Self.limits) == nil)
        }
    }

    @Test func `a drop-in that was found as declared, and never written, stays`() async throws {
        let found: (SimulatedHost) -> Void = { host in
            host.place(directory: "/etc/systemd/system/w.service.d")
            host.write(Self.limits, "limits")
        }
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"]), before: found) { loop in
            try await loop.commit("c2", [Self.unit(), Self.motd] + Self.filler)
            _ = try await loop.pass()
            #expect(loop.text(Self.limits) == "limits")
        }
    }

    @Test func `without prune a drop-in that leaves stays, and is forgotten`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"], prune: false)) { loop in
            try await loop.commit("c2", [Self.unit(prune: false), Self.motd] + Self.filler)
            _ = try await loop.pass()
            #expect(loop.text(Self.limits) == "limits")
            try await loop.commit("c3", [Self.unit(), Self.motd] + Self.filler)
            _ = try await loop.pass()
            #expect(loop.text(Self.limits) == "limits")
        }
    }

    @Test func `a drop-in that gets a declaration of its own stays`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"])) { loop in
            let moved = DeclaredResource.file(Self.limits, "limits")
            try await loop.commit("c2", [Self.unit(), moved, Self.motd] + Self.filler)
            _ = try await loop.pass()
            #expect(loop.text(Self.limits) == "limits")
        }
    }

    @Test func `own content that leaves gives way to the vendor's or to what was there before`() async throws {
        try await Self.withUnit(Self.unit(content: Self.own)) { loop in
            try await Self.commit([Self.unit()], to: loop)
            #expect(loop.text(Self.path) == nil)
            #expect(try loop.host.units(["w.service"]).first?.activeState == "active")
        }
        try await Self.withUnit(Self.unit(content: Self.own), before: { $0.write(Self.path, Self.earlier) }) { loop in
            try await Self.commit([Self.unit()], to: loop)
            #expect(loop.text(Self.path) == Self.earlier)
        }
    }

    @Test func `a unit that only its content brings is refused without it, or ended`() async throws {
        try await withLoop { loop in
            let brought = DeclaredResource.unit("w.service", active: true, content: Self.own, prune: true)
            try await loop.commit("c1", [brought, Self.motd], texts: Self.texts)
            _ = try await loop.pass()
            try await loop.commit("c2", [Self.unit(), Self.motd])
            let refused = try await loop.pass()
            #expect(refused == .differencesLeft)
            #expect(loop.text(Self.path) == Self.own)
            #expect(try loop.status(of: brought.id).message?.contains("nothing else brings the unit") == true)
            try await loop.commit("c3", [Self.unit(active: nil), Self.motd])
            let ended = try await loop.pass()
            #expect(ended == .succeeded)
            #expect(loop.text(Self.path) == nil)
            #expect(try loop.host.units(["w.service"]).first?.activeState == "inactive")
        }
    }

    @Test func `a unit that leaves as a whole gets its earlier files back`() async throws {
        let earlier: (SimulatedHost) -> Void = { host in
            host.write(Self.path, Self.earlier)
            host.place(directory: "/etc/systemd/system/w.service.d")
            host.write(Self.limits, "mine")
        }
        let declared = Self.unit(content: Self.own, dropIns: ["10-limits.conf", "20-other.conf"])
        try await Self.withUnit(declared, before: earlier) { loop in
            try await loop.commit("c2", [Self.motd] + Self.filler)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text(Self.path) == Self.earlier)
            #expect(loop.text(Self.limits) == "mine")
            #expect(loop.text("/etc/systemd/system/w.service.d/20-other.conf") == nil)
            #expect(try loop.host.units(["w.service"]).first?.activeState == "active")
            #expect(try loop.resources.rows(ids: [declared.id]).isEmpty)
        }
    }

    @Test func `a unit that leaves with the vendor's left goes on as before`() async throws {
        try await Self.withUnit(Self.unit(content: Self.own)) { loop in
            try await loop.commit("c2", [Self.motd] + Self.filler)
            _ = try await loop.pass()
            #expect(loop.text(Self.path) == nil)
            #expect(try loop.host.units(["w.service"]).first?.activeState == "active")
        }
    }

    @Test func `a removal that fails is undone and tried again`() async throws {
        try await Self.withUnit(Self.unit(dropIns: ["10-limits.conf"])) { loop in
            // Without the drop-in, which starts after it, the unit of this commit fails.
            try await loop.commit(
                "c2", [Self.unit(content: "[Service]\nExecStart=/bin/false\n"), Self.motd] + Self.filler,
                texts: ["[Service]\nExecStart=/bin/false\n"])
            let failed = try await loop.pass()
            #expect(failed == .rolledBack)
            #expect(loop.text(Self.limits) == "limits")
            try await loop.commit("c3", [Self.unit(), Self.motd] + Self.filler)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text(Self.limits) == nil)
        }
    }
}
