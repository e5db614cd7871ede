import Model
import PostgresTestSupport
import Store
import TestSupport
import Testing

@Suite(.needsPostgres, .postgres) struct ObjectTransferTests {
    private func fill(_ store: some ObjectStore) async throws -> [APIObject] {
        var objects: [APIObject] = []
        for number in 0..<120 {
            var draft = blueprint("b-\(number)", number)
            draft.metadata.labels = ["number": "\(number)", "tier": "edge", "zone": "a", "owner": "b"]
            draft.metadata.finalizers = number == 7 ? ["example.org/hold"] : nil
            draft.status = ["text": .string("ä€😀\n\u{1}")]
            objects.append(try await store.create(draft, durability: .deferred))
        }
        let source = APIObject(
            kind: KindName(rawValue: "Source"), metadata: ObjectMeta(name: "default"),
            spec: ["content": .string(String(repeating: "x", count: 200_000))])
        objects.append(try await store.create(source, durability: .deferred))
        objects[7] = try await store.delete(objects[7].key, precondition: nil)
        objects[3] = try await store.count("b-3")
        return objects.sorted { ($0.metadata.resourceVersion?.value ?? 0) < ($1.metadata.resourceVersion?.value ?? 0) }
    }

    /// Objects in the order of their versions, and without these.
    private func read(_ store: some TransferableStore) async throws -> [APIObject] {
        var objects: [APIObject] = []
        for kind in try await store.kinds() {
            objects += try await store.objects(of: kind, limit: nil, after: nil).items
        }
        return objects.sorted { ($0.metadata.resourceVersion?.value ?? 0) < ($1.metadata.resourceVersion?.value ?? 0) }
    }

    private func unversioned(_ objects: [APIObject]) -> [APIObject] {
        objects.map { object in
            var object = object
            object.metadata.resourceVersion = nil
            return object
        }
    }

    @Test func `objects go to PostgreSQL and back as they are, in their order`() async throws {
        let server = try PostgresServer.current
        let local = SQLiteObjectStore(try HostDatabase.inMemory())
        let objects = try await fill(local)
        let before = try await local.newestVersion()
        let partition = freshPartition()
        let there = try await withStore(on: server, partition) { remote in
            try await ObjectTransfer(from: local, to: remote).run()
        }
        #expect(there.objects == ["Blueprint": 120, "Source": 1])
        try await withStore(on: server, partition) { remote in
            #expect(unversioned(try await read(remote)) == unversioned(objects))
            #expect(try await remote.newestVersion() > before)
            // No version from before is of this history, and life goes on.
            let kind = KindName(rawValue: "Blueprint")
            #expect(try await failureCode { try await remote.watch(kind, after: before) } == .expired)
            let list = try await remote.objects(of: kind, limit: 1, after: nil)
            var watch = try await remote.watch(kind, after: list.version).makeAsyncIterator()
            let changed = try await remote.count("b-5")
            #expect(try await watch.next(isolation: #isolation) == .modified(changed))

            let again = SQLiteObjectStore(try HostDatabase.inMemory())
            let back = try await ObjectTransfer(from: remote, to: again).run()
            #expect(back.digest != there.digest && back.to > back.from)
            #expect(unversioned(try await read(again)) == unversioned(try await read(remote)))
            #expect(try await failureCode { try await again.watch(kind, after: list.version) } == .expired)
        }
    }

    @Test func `a store that is open while its partition is replaced ends the watches from before and no others`()
        async throws
    {
        let local = SQLiteObjectStore(try HostDatabase.inMemory())
        _ = try await fill(local)
        let kind = KindName(rawValue: "Blueprint")
        let partition = freshPartition()
        try await withStore(on: PostgresServer.current, partition) { open in
            let mine = try await open.create(blueprint("mine"), durability: .synced)
            let before = try await open.watch(kind, after: try #require(mine.metadata.resourceVersion))
            _ = try await withStore(on: PostgresServer.current, partition) { other in
                try await ObjectTransfer(from: local, to: other).run(replacing: true)
            }
            let list = try await open.objects(of: kind, limit: nil, after: nil)
            #expect(list.items.count == 120)
            let after = try await open.watch(kind, after: list.version)
            #expect(try await failureCode { for try await _ in before {} } == .expired)
            let changed = try await open.count("b-5")
            let made = try await open.create(blueprint("more"), durability: .synced)
            var watch = after.makeAsyncIterator()
            #expect(try await watch.next(isolation: #isolation) == .modified(changed))
            #expect(try await watch.next(isolation: #isolation) == .added(made))
        }
    }

    @Test func `a store that holds something is left alone unless it is to be replaced`() async throws {
        let local = SQLiteObjectStore(try HostDatabase.inMemory())
        _ = try await fill(local)
        try await withStore(on: PostgresServer.current, freshPartition()) { remote in
            let mine = try await remote.create(blueprint("mine"), durability: .synced)
            #expect(
                try await failureCode { try await ObjectTransfer(from: local, to: remote).run() } == .conflict)
            #expect(unversioned(try await read(remote)) == unversioned([mine]))
            let other = SQLiteObjectStore(try HostDatabase.inMemory())
            _ = try await other.create(blueprint("theirs"), durability: .synced)
            #expect(
                try await failureCode { try await ObjectTransfer(from: local, to: other).run() } == .conflict)
            _ = try await ObjectTransfer(from: local, to: remote).run(replacing: true)
            _ = try await ObjectTransfer(from: local, to: other).run(replacing: true)
            #expect(unversioned(try await read(remote)) == unversioned(try await read(local)))
            #expect(unversioned(try await read(other)) == unversioned(try await read(local)))
        }
    }
}
