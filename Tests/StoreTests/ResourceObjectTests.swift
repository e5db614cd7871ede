import GRDB
import Model
import TestSupport
import Testing

@testable import Store

@Suite struct ResourceObjectTests {
    private static let content = DeclaredContent(digest: digest(3), size: 1 << 40)
    private static let attributes: [ResourceAttributes] = [
        .file(FileAttributes(content: content, owner: "ä b", group: "1000", mode: 0o7777)),
        .file(FileAttributes(isAbsent: true)),
        .directory(DirectoryAttributes(owner: "root", mode: 0, isRecursive: true, purge: true)),
        .symlink(SymlinkAttributes(target: "../x\n\"y\"")),
        .unit(
            UnitAttributes(
                isActive: true, isEnabled: false, isMasked: nil, content: content,
                dropIns: ["10-a.conf": content, "": content], restartOn: [fileID(1)],
                reloadOn: [fileID(2), fileID(3)])),
    ]

    private static func id(_ type: ResourceType, _ number: Int) -> ResourceID {
        ResourceID(type: type, identity: type == .unit ? "a@b-\(number).service" : "/etc/ä b/\(number)")
    }

    private static var actors: [DriftActor] {
        var known = DriftActor()
        known.pid = .max
        known.comm = "a\u{7f} b"
        known.exe = "/usr/bin/vim (x)"
        known.uid = .max
        known.loginUID = 0
        known.unit = "session-3.scope"
        known.ancestors = [DriftActor.Ancestor(pid: 2, comm: "sh"), .init(pid: 1, comm: "", exe: "/sbin/init")]
        return [known, DriftActor(unknown: "it had ended"), DriftActor()]
    }

    /// An object is put together from columns; here it is made from the row's types, as the API documents them.
    @Test(arguments: attributes.indices, ResourcePhase.allCases)
    func `an object says what its row says`(number: Int, phase: ResourcePhase) async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        let attributes = Self.attributes[number]
        let id = Self.id(attributes.type, number)
        let declared = DeclaredResource(
            id: id, attributes: attributes, blueprint: "web", mode: .propose,
            position: SourcePosition(file: "site.yaml", line: 1, column: 5), isProtected: true,
            verify: [.http(url: "http://localhost/", statuses: [200, 204], timeoutSeconds: 5)],
            labels: number == 0 ? [:] : ["tier": "front", "a/b": ""], dependencies: [fileID(9)])
        var update = ResourceUpdate(id, phase: phase, declared: declared)
        if phase != .inSync { (update.reason, update.message) = (Reason(rawValue: "Drifted"), "it says \"no\"\n") }
        let actor = Self.actors[number % Self.actors.count]
        if phase == .inSync || phase == .failed {
            update.run = "run-\(number)"
            update.drift = DriftRecord(
                time: WallTime(nanoseconds: 1_767_225_600_123_456_789), repairedTime: phase == .failed ? nil : time(9),
                run: "run-7", actor: actor)
        }
        try table.write([update])
        if phase == .ignored {
            try table.setPause(Pause(by: "0:root", since: time()), of: id, durability: .deferred)
            let approved = ApprovedDeclaration(run: "run-1", digest: digest(1))
            try table.setApproved([id: [approved, approved]], durability: .deferred)
        }
        let row = try #require(try table.rows(ids: [id]).first)
        let object = try await ResourceProjection(table).object(
            ObjectKey(kind: ResourceKind.descriptor.kind, name: id.name))
        let expected = try Object<ResourceKind>(
            metadata: object.metadata,
            spec: ResourceKind.Spec(
                id: id.description, type: id.type, blueprint: "web", attributes: row.declared.attributes),
            status: row.status
        ).untyped()
        #expect(object == expected)
        #expect(row.declared == declared && row.status.lastDrift == update.drift)
        #expect(object.metadata.labels == (number == 0 ? nil : declared.labels))
        #expect(object.metadata.resourceVersion == row.version && object.metadata.creationTimestamp == row.createdTime)
    }

    @Test func `a row without what every declaration has is damaged`() throws {
        let database = try HostDatabase.inMemory()
        let table = ResourceTable(database)
        try table.write([update(1)])
        let bytes = try RowCoding.encode(["id": "file:/etc/motd"])
        try database.write(.deferred, "damage a row") { transaction in
            try transaction.database.run("UPDATE resources SET declared = ?", [bytes])
        }
        #expect(throws: StoreError.self) {
            try database.read("read a row") { database in
                try database.firstRow(ResourceTable.select, [], StoredResource.init(row:))?.object(in: .local)
            }
        }
    }
}
