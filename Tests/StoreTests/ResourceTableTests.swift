import Model
import Store
import TestSupport
import Testing

@Suite struct ResourceTableTests {
    private let kind = ResourceKind.descriptor.kind

    @Test func `rows come back as they were written, with growing versions`() throws {
        try withDatabase { database, _ in
            let table = ResourceTable(database)
            var rows = (0..<5).map { row($0) }
            rows[2].beforeAdoption = fileBefore(digest(77))
            try table.upsert(rows, durability: .synced)
            let stored = try table.allRows()
            #expect(stored.map(\.id) == rows.map(\.id))
            #expect(stored.map(\.version) == stored.map(\.version).sorted())
            #expect(Set(stored.map(\.version)).count == 5)
            for (left, var right) in zip(stored, rows) {
                right.version = left.version
                #expect(left == right)
            }
            #expect(try table.rows(ids: [fileID(3), fileID(99), fileID(1)]).map(\.id) == [fileID(3), fileID(1)])
            #expect(try table.allRows(after: stored[1].id.name, limit: 2).map(\.id) == [fileID(2), fileID(3)])
        }
    }

    @Test func `a row that is written again keeps its creation, not its status`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.upsert([row(1)], durability: .deferred)
        var again = row(1, phase: .drifted)
        again.createdTime = time(500)
        try table.upsert([again], durability: .deferred)
        let stored = try #require(try table.rows(ids: [fileID(1)]).first)
        #expect(stored.createdTime == time() && stored.status.phase == .drifted)
    }

    @Test func `phases are counted`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.upsert((0..<6).map { row($0, phase: $0 < 4 ? .inSync : .failed) }, durability: .deferred)
        try table.remove([fileID(0), fileID(50)])
        #expect(try table.counts() == [.inSync: 3, .failed: 2])
        #expect(try table.count() == 5)
    }

    @Test func `an object is shown with a name that is safe in a URL and a uid that stays`() async throws {
        let database = try HostDatabase.inMemory()
        let table = ResourceTable(database)
        let projection = ResourceProjection(table)
        try table.upsert([row(1)], durability: .deferred)
        let key = ObjectKey(kind: kind, name: fileID(1).name)
        let first = try await projection.object(key)
        #expect(first.metadata.name == "file:etc-app-file\\x2d1.conf")
        let typed = try Object<ResourceKind>(first)
        #expect(typed.spec.id == "file:/etc/app/file-1.conf" && typed.status == row(1).status)
        try table.upsert([row(1, phase: .drifted)], durability: .deferred)
        let second = try await projection.object(key)
        #expect(second.metadata.uid == first.metadata.uid)
        #expect(try #require(second.metadata.resourceVersion) > #require(first.metadata.resourceVersion))
        try table.remove([fileID(1)])
        try table.upsert([row(1)], durability: .deferred)
        #expect(try await projection.object(key).metadata.uid != first.metadata.uid)
        await #expect(throws: StoreError.self) {
            try await projection.object(ObjectKey(kind: KindName(rawValue: "Blueprint"), name: "web"))
        }
    }

    @Test func `lists come in pages in the order of names`() async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        let projection = ResourceProjection(table)
        try table.upsert((0..<25).shuffled().map { row($0) }, durability: .deferred)
        var (names, after): ([String], String?) = ([], nil)
        repeat {
            let page = try await projection.objects(of: kind, limit: 10, after: after)
            names += page.items.map(\.metadata.name)
            after = page.next
        } while after != nil
        #expect(names == (0..<25).map { fileID($0).name }.sorted())
    }

    @Test func `a watch begins with what changed while nobody looked, then hears every write`() async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        let projection = ResourceProjection(table)
        try table.upsert([row(1), row(2), row(3)], durability: .deferred)
        let version = try await projection.objects(of: kind, limit: 1, after: nil).version
        try table.upsert([row(2, phase: .drifted)], durability: .deferred)
        try table.upsert([row(2, phase: .inSync), row(4)], durability: .deferred)
        try table.remove([fileID(1)])
        var watch = try await projection.watch(kind, after: version).makeAsyncIterator()
        try table.upsert([row(3, phase: .drifted)], durability: .deferred)
        try table.upsert([row(3, phase: .inSync)], durability: .deferred)
        try table.remove([fileID(4)])
        var seen: [String] = []
        while seen.count < 6, let event = try await watch.next(isolation: #isolation) {
            switch event {
            case .added(let object): seen.append("+" + object.metadata.name.suffix(6))
            case .modified(let object):
                seen.append("~" + object.metadata.name.suffix(6) + (object.status["phase"]?.stringValue ?? ""))
            case .deleted(let object): seen.append("-" + object.metadata.name.suffix(6))
            case .bookmark: break
            }
        }
        #expect(
            seen == ["~2.confInSync", "+4.conf", "-1.conf", "~3.confDrifted", "~3.confInSync", "-4.conf"])
    }

    @Test(.tags(.i8)) func `a watch that would have to catch up on too much is told to list again`() async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        let projection = ResourceProjection(table)
        try table.upsert([row(0)], durability: .deferred)
        let version = try await projection.objects(of: kind, limit: 1, after: nil).version
        try table.upsert((0...ResourceProjection.missedLimit).map { row($0) }, durability: .deferred)
        await #expect(throws: StoreError.self) { try await projection.watch(kind, after: version) }
        try table.remove((0..<1_100).map(fileID))
        try table.remove((1_100..<1_200).map(fileID))
        let late = ResourceVersion(version.value + UInt64(ResourceProjection.missedLimit) + 2)
        await #expect(throws: StoreError.self) { try await projection.watch(kind, after: late) }
    }

    @Test func `bookmarks tell watchers of resources that nothing changed`() async throws {
        let database = try HostDatabase.inMemory()
        let table = ResourceTable(database)
        let projection = ResourceProjection(table)
        let store = SQLiteObjectStore(database)
        let version = try await projection.objects(of: kind, limit: 1, after: nil).version
        var watch = try await projection.watch(kind, after: version).makeAsyncIterator()
        let object = APIObject(kind: KindName(rawValue: "Blueprint"), metadata: ObjectMeta(name: "web"))
        let created = try await store.create(object, durability: .deferred)
        try await store.publishBookmarks()
        let newest = try #require(created.metadata.resourceVersion)
        #expect(try await watch.next(isolation: #isolation) == .bookmark(newest))
    }
}
