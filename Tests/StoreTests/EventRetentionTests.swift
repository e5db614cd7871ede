import Model
import Store
import TestSupport
import Testing

@Suite(.tags(.i8)) struct EventRetentionTests {
    @Test func `a limited kind keeps its newest objects, and watchers hear of those that go`() async throws {
        let kind = EventKind.descriptor.kind
        let store = SQLiteObjectStore(try HostDatabase.inMemory(), limits: [kind: 20])
        let start = try await store.objects(of: kind, limit: 1, after: nil).version
        var watch = try await store.watch(kind, after: start).makeAsyncIterator()
        for number in 0..<200 {
            var metadata = ObjectMeta(name: "")
            metadata.generateName = "event-"
            let event = APIObject(kind: kind, metadata: metadata, spec: ["number": .integer(Int64(number))])
            _ = try await store.create(event, durability: .deferred)
        }
        let kept = try await store.objects(of: kind, limit: nil, after: nil)
        #expect(kept.items.count <= 20 + 64)
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
}
