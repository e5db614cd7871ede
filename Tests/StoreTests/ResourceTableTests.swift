import Model
import TestSupport
import Testing

@testable import Store

@Suite struct ResourceTableTests {
    private let kind = ResourceKind.descriptor.kind

    @Test func `rows come back as they were written, with growing versions`() throws {
        try withDatabase { database, _ in
            let table = ResourceTable(database)
            var updates = (0..<5).map { update($0) }
            updates[2].beforeAdoption = .first(fileBefore(digest(77)))
            try table.write(updates, durability: .synced)
            let stored = try table.allRows()
            #expect(stored.map(\.id) == updates.map(\.id))
            #expect(stored.map(\.version) == stored.map(\.version).sorted())
            #expect(Set(stored.map(\.version)).count == 5)
            #expect(stored.map(\.declared) == updates.map(\.declared))
            #expect(stored.allSatisfy { $0.status.phase == .inSync && $0.createdTime == time() })
            #expect(stored[2].beforeAdoption == fileBefore(digest(77)) && stored[1].beforeAdoption == nil)
            #expect(try table.rows(ids: [fileID(3), fileID(99), fileID(1)]).map(\.id) == [fileID(3), fileID(1)])
            #expect(try table.allRows(after: stored[1].id.name, limit: 2).map(\.id) == [fileID(2), fileID(3)])
        }
    }

    @Test func `a row that is written again keeps its creation, not its status`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.write([update(1)])
        try table.write([update(1, phase: .drifted)], at: time(500), durability: .deferred)
        let stored = try #require(try table.rows(ids: [fileID(1)]).first)
        #expect(stored.createdTime == time() && stored.status.phase == .drifted)
    }

    @Test func `the time of a condition moves with its status only`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.write([ResourceUpdate(fileID(1), phase: .pending, declared: declaration(1))])
        try table.write(
            [ResourceUpdate(fileID(1), phase: .drifted, reason: .converged, message: "why")], at: time(10),
            durability: .deferred)
        let status = try #require(try table.rows(ids: [fileID(1)]).first).status
        #expect(status.lastTransitionTime == time(10) && status.message == "why")
        #expect(status.conditions?[.ready]?.lastTransitionTime == time())
        #expect(status.conditions?[.reconciling]?.lastTransitionTime == time(10))
        #expect(status.conditions?[.stalled]?.lastTransitionTime == time())
        #expect(status.conditions?.map(\.status) == [.false, .false, .false])
    }

    @Test func `an update that says nothing new keeps the version and tells nobody`() async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.write([update(1)])
        let before = try table.rows(ids: [fileID(1)])
        try table.write([update(1), ResourceUpdate(fileID(1), phase: .inSync)], at: time(10), durability: .deferred)
        #expect(try table.rows(ids: [fileID(1)]) == before)
    }

    @Test func `an update without a declaration makes no row`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.write([ResourceUpdate(fileID(1), phase: .inSync)])
        #expect(try table.count() == 0)
    }

    @Test func `what was there before is kept until a run changed the resource, unless it is replaced`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        func before() throws -> StateBefore? { try table.rows(ids: [fileID(1)]).first?.beforeAdoption }
        try table.write([update(1)])
        var changed = ResourceUpdate(fileID(1), phase: .inSync, run: "run-1")
        changed.beforeAdoption = .first(.absent)
        try table.write([changed])
        #expect(try before() == .absent)
        changed.beforeAdoption = .first(fileBefore(digest(1)))
        changed.run = "run-2"
        try table.write([changed])
        #expect(try before() == .absent)
        changed.beforeAdoption = .replacing(nil)
        try table.write([changed])
        #expect(try before() == nil)
    }

    @Test func `a pause and an approval are set without the rest of the row`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.write([update(1, phase: .drifted)])
        let pause = Pause(by: "0:root", since: time())
        try table.setPause(pause, of: fileID(1), durability: .deferred)
        #expect(try table.rows(ids: [fileID(1)]).first?.status.paused == pause)
        try table.setPause(nil, of: fileID(1), durability: .deferred)
        let row = try #require(try table.rows(ids: [fileID(1)]).first)
        #expect(row.status.paused == nil && row.status.phase == .drifted)
        #expect(throws: StoreError.self) { try table.setPause(pause, of: fileID(9), durability: .deferred) }
    }

    @Test func `phases are counted`() throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        try table.write((0..<6).map { update($0, phase: $0 < 4 ? .inSync : .failed) })
        try table.remove([fileID(0), fileID(50)])
        #expect(try table.counts() == [.inSync: 3, .failed: 2])
        #expect(try table.count() == 5)
    }

    @Test func `phases are counted anew after each change, and after a power cut`() throws {
        let database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
        let table = ResourceTable(database)
        #expect(try table.counts() == [:])
        try table.write((0..<3).map { update($0, phase: .pending) }, durability: .synced)
        #expect(try table.counts() == [.pending: 3])
        // Through another table of the same rows, as the executor's is.
        try ResourceTable(database).write([update(1, phase: .inSync)])
        #expect(try table.counts() == [.pending: 2, .inSync: 1])
        try table.remove([fileID(0)])
        #expect(try table.counts() == [.pending: 1, .inSync: 1])
        try database.cutPower()
        #expect(try table.counts() == [.pending: 3])
    }

    @Test func `whoever is told of a change of phases counts it`() throws {
        try withDatabase { database, _ in
            let table = ResourceTable(database)
            try table.write([update(1, phase: .pending)])
            #expect(try table.counts() == [.pending: 1])
            var counted: [ResourcePhase: Int]?
            try database.write(.deferred, "change a phase") { transaction in
                transaction.changesPhases = true
                try transaction.database.run("UPDATE resources SET phase = 'InSync'")
                transaction.whenCommitted { counted = try? table.counts() }
            }
            #expect(counted == [.inSync: 1])
        }
    }

    @Test func `thousands of rows are written as they are one by one`() throws {
        let (one, many) = (ResourceTable(try HostDatabase.inMemory()), ResourceTable(try HostDatabase.inMemory()))
        let drift = DriftRecord(time: time(3), actor: DriftActor(unknown: "nobody saw it"))
        var updates = (0..<2_000).map { update($0, phase: $0.isMultiple(of: 3) ? .pending : .inSync) }
        for index in updates.indices where index.isMultiple(of: 7) {
            updates[index].drift = drift
            updates[index].message = index.isMultiple(of: 2) ? "" : "é \(index)"
        }
        try many.write(updates)
        for update in updates { try one.write([update]) }
        for index in updates.indices { (updates[index].declared, updates[index].run) = (nil, "run-1") }
        try many.write(updates)
        for update in updates { try one.write([update]) }
        #expect(try many.allRows().map(\.id) == one.allRows().map(\.id))
        #expect(try many.allRows().map(\.status) == one.allRows().map(\.status))
        #expect(try many.allRows().map(\.declared) == one.allRows().map(\.declared))
    }

    @Test func `an object is shown with a name that is safe in a URL and a uid that stays`() async throws {
        let database = try HostDatabase.inMemory()
        let table = ResourceTable(database)
        let projection = ResourceProjection(table)
        try table.write([update(1)])
        let key = ObjectKey(kind: kind, name: fileID(1).name)
        let first = try await projection.object(key)
        #expect(first.metadata.name == "file:etc-app-file\\x2d1.conf")
        let typed = try Object<ResourceKind>(first)
        #expect(typed.spec.id == "file:/etc/app/file-1.conf" && typed.status.phase == .inSync)
        try table.write([update(1, phase: .drifted)])
        let second = try await projection.object(key)
        #expect(second.metadata.uid == first.metadata.uid)
        #expect(try #require(second.metadata.resourceVersion) > #require(first.metadata.resourceVersion))
        try table.remove([fileID(1)])
        try table.write([update(1)])
        #expect(try await projection.object(key).metadata.uid != first.metadata.uid)
        await #expect(throws: StoreError.self) {
            try await projection.object(ObjectKey(kind: KindName(rawValue: "Blueprint"), name: "web"))
        }
    }

    @Test func `lists come in pages in the order of names`() async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        let projection = ResourceProjection(table)
        try table.write((0..<25).shuffled().map { update($0) })
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
        try table.write([update(1), update(2), update(3)])
        let version = try await projection.objects(of: kind, limit: 1, after: nil).version
        try table.write([update(2, phase: .drifted)])
        try table.write([update(2, phase: .inSync), update(4)])
        try table.remove([fileID(1)])
        var watch = try await projection.watch(kind, after: version).makeAsyncIterator()
        try table.write([update(3, phase: .drifted)])
        try table.write([update(3, phase: .inSync)])
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
        try table.write([update(0)])
        let version = try await projection.objects(of: kind, limit: 1, after: nil).version
        try table.write((0...ResourceProjection.missedLimit + 1).map { update($0) })
        await #expect(throws: StoreError.self) { try await projection.watch(kind, after: version) }
        try table.remove((0..<1_100).map(fileID))
        try table.remove((1_100..<1_200).map(fileID))
        let late = ResourceVersion(version.value + UInt64(ResourceProjection.missedLimit) + 2)
        await #expect(throws: StoreError.self) { try await projection.watch(kind, after: late) }
    }

    private func names(
        _ projection: ResourceProjection, at version: ResourceVersion
    ) async throws -> [APIObject] {
        var (items, after): ([APIObject], String?) = ([], nil)
        repeat {
            let page = try await projection.page(of: kind, limit: 4, after: after, at: version)
            #expect(page.version == version)
            items += page.items
            after = page.next
        } while after != nil
        return items
    }

    @Test func `the pages of a list show one state while rows change`() async throws {
        try await withDatabase { database, _ in
            let table = ResourceTable(database)
            let projection = ResourceProjection(table)
            try table.write((0..<10).map { update($0) })
            let before = try await projection.objects(of: kind, limit: nil, after: nil)
            try table.write([update(5, phase: .drifted)])
            // Nobody was listing page by page, so that state is gone.
            await #expect(throws: StoreError.self) { try await names(projection, at: before.version) }
            let first = try await projection.page(of: kind, limit: 4, after: nil, at: nil)
            let then = try await projection.objects(of: kind, limit: nil, after: nil)
            #expect(first.version == then.version && first.items == Array(then.items.prefix(4)))
            try table.write([update(5, phase: .failed), update(0, phase: .drifted), update(10)])
            try table.remove([fileID(3), fileID(8)])
            try table.setPause(Pause(by: "0:root", since: time()), of: fileID(7), durability: .deferred)
            #expect(try await names(projection, at: then.version) == then.items)
            let between = try await projection.objects(of: kind, limit: nil, after: nil)
            try table.write([update(3), update(5)])
            #expect(try await names(projection, at: then.version) == then.items)
            #expect(try await names(projection, at: between.version) == between.items)
            let now = try await projection.objects(of: kind, limit: nil, after: nil)
            #expect(try await names(projection, at: now.version) == now.items)
            #expect(now.items != between.items && between.items != then.items)
        }
    }

    @Test(.tags(.i8)) func `a state of the rows is held for so many changes only`() async throws {
        let table = ResourceTable(try HostDatabase.inMemory())
        let projection = ResourceProjection(table)
        try table.write((0..<10).map { update($0) })
        let first = try await projection.page(of: kind, limit: 4, after: nil, at: nil)
        for index in 0..<ResourceHold.rowLimit / 10 * 3 / 4 {
            try table.write((0..<10).map { update($0, phase: index % 2 == 0 ? .drifted : .inSync) })
        }
        #expect(try await names(projection, at: first.version).count == 10)
        // Another list needs room: the oldest states go.
        let second = try await projection.page(of: kind, limit: 4, after: nil, at: nil)
        await #expect(throws: StoreError.self) { try await names(projection, at: first.version) }
        let then = try await projection.objects(of: kind, limit: nil, after: nil).items
        try table.write([update(1, phase: .failed)])
        #expect(try await names(projection, at: second.version) == then)
        for index in 0..<ResourceHold.rowLimit / 10 + 10 {
            try table.write((0..<10).map { update($0, phase: index % 2 == 0 ? .drifted : .inSync) })
        }
        await #expect(throws: StoreError.self) { try await names(projection, at: second.version) }
        let third = try await projection.page(of: kind, limit: 4, after: nil, at: nil)
        try table.write([update(1, phase: .failed)])
        #expect(try await names(projection, at: third.version).count == 10)
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
