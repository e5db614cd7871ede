import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import Testing

@testable import Vishnu

/// What a `when` that no longer holds means: nothing is done to the resource, whatever else is declared.
@Suite struct WithheldTests {
    private static let motd = DeclaredResource.file("/etc/motd", "hi\n", prune: true)
    private static let drop = DeclaredResource.file("/etc/web.d/a", "a\n", prune: true)
    private static let folder = DeclaredResource.directory("/etc/web.d", purge: true, prune: true)
    private static let texts = ["hi\n", "a\n", "f\n"]
    /// Enough that a few removals need no person.
    private static let filler = (0..<12).map { DeclaredResource.file("/etc/f\($0)", "f\n") }

    private static func withheld(_ resource: DeclaredResource) -> WithheldResource {
        WithheldResource(
            id: resource.id, blueprint: resource.blueprint, paths: resource.ownPaths(unitDirectory: unitDirectory))
    }

    @Test func `a resource whose condition no longer holds is forgotten and stays, though its blueprint prunes`()
        async throws
    {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.motd, Self.folder, Self.drop] + Self.filler, texts: Self.texts)
            #expect(try await loop.pass() == .succeeded)
            try await loop.commit(
                "c1", [Self.folder] + Self.filler, withheld: [Self.motd, Self.drop].map(Self.withheld))
            #expect(try await loop.pass() == .nothingToDo)
            #expect(loop.text("/etc/motd") == "hi\n" && loop.text("/etc/web.d/a") == "a\n")
            let managed = Set(try loop.resources.allRows().map(\.id))
            #expect(managed == Set(([Self.folder] + Self.filler).map(\.id)))
            loop.host.write("/etc/motd", "somebody's")
            loop.host.write("/etc/web.d/stray", "x")
            #expect(try await loop.pass() == .succeeded)
            #expect(loop.text("/etc/motd") == "somebody's" && loop.text("/etc/web.d/a") == "a\n")
            #expect(loop.text("/etc/web.d/stray") == nil)
            // Once it holds again, the resource is as declared again.
            try await loop.commit("c1", [Self.motd, Self.folder, Self.drop] + Self.filler)
            #expect(try await loop.pass() == .succeeded)
            #expect(loop.text("/etc/motd") == "hi\n")
            // What leaves its blueprint is taken back: that is what prune says.
            try await loop.commit("c2", [Self.folder] + Self.filler)
            #expect(try await loop.pass() == .succeeded)
            #expect(loop.text("/etc/web.d/a") == nil)
        }
    }

    @Test func `a blueprint tells how many of its resources are left alone`() async throws {
        try await withLoop { loop in
            let name = Self.motd.blueprint
            let blueprint = Object<BlueprintKind>(
                metadata: ObjectMeta(name: name), spec: .object([:]), status: BlueprintKind.Status())
            _ = try await loop.objects.create(blueprint.untyped(), durability: .synced)
            try await loop.commit("c1", [Self.folder], withheld: [Self.withheld(Self.motd)])
            _ = try await loop.pass()
            let status = try await loop.objects.read(BlueprintKind.self, name).status
            #expect(status.resources == 1 && status.withheld == 1)
            #expect(status.conditions?[.ready]?.message == "1 resources are as declared; 1 left alone by 'when'")
            try await loop.commit("c1", [], withheld: [Self.folder, Self.motd].map(Self.withheld))
            #expect(try await loop.pass() == .nothingToDo)
            let none = try await loop.objects.read(BlueprintKind.self, name).status
            #expect(none.resources == 0 && none.withheld == 2 && none.conditions?[.ready]?.status == .true)
            try await loop.commit("c1", [Self.folder, Self.motd], texts: Self.texts)
            _ = try await loop.pass()
            #expect(try await loop.objects.read(BlueprintKind.self, name).status.withheld == nil)
        }
    }
}
