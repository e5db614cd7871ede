import Model
import PostgresTestSupport
import Store
import TestSupport
import Testing

/// A limited kind keeps its newest objects, and watchers hear of those that go.
private func keepsTheNewest(_ store: some ObjectStore, limit: Int, slack: Int) async throws {
    let kind = EventKind.descriptor.kind
    let start = try await store.objects(of: kind, limit: 1, after: nil).version
    var watch = try await store.watch(kind, after: start).makeAsyncIterator()
    for number in 0..<200 {
        var metadata = ObjectMeta(name: "")
        metadata.generateName = "event-"
        let event = APIObject(kind: kind, metadata: metadata, spec: ["number": .integer(Int64(number))])
        _ = try await store.create(event, durability: .deferred)
    }
    let kept = try await store.objects(of: kind, limit: nil, after: nil)
    #expect(kept.items.count <= limit + slack)
    #expect(kept.items.contains { $0.spec["number"] == 199 })
    var alive: Set<String> = []
    var last: ResourceVersion?
    while last != kept.version, let event = try await watch.next(isolation: #isolation) {
        switch event {
        case .added(let object): alive.insert(object.metadata.name)
        case .deleted(let object): alive.remove(object.metadata.name)
        case .modified, .bookmark: break
        }
        if case .added(let object) = event { last = object.metadata.resourceVersion }
        if case .deleted(let object) = event { last = object.metadata.resourceVersion }
    }
    #expect(alive == Set(kept.items.map(\.metadata.name)))
}

@Suite(.tags(.i8)) struct EventRetentionTests {
    @Test func `a limited kind keeps its newest objects in SQLite`() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory(), limits: [EventKind.descriptor.kind: 20])
        try await keepsTheNewest(store, limit: 20, slack: 64)
    }

    @Test(.needsPostgres) func `a limited kind keeps its newest objects in PostgreSQL`() async throws {
        try await withPostgres { server in
            try await withStore(on: server, "limited", limits: [EventKind.descriptor.kind: 20]) { store in
                // What was removed counts as writes too, so the next look may be twice the interval away.
                try await keepsTheNewest(store, limit: 20, slack: 128)
            }
        }
    }
}
