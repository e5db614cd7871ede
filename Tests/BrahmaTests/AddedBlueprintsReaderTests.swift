import HostRuntime
import Model
import Store
import Synchronization
import Testing

@testable import Brahma

@Suite struct AddedBlueprintsReaderTests {
    /// Counts how often the objects are listed.
    private struct CountingObjects: ObjectReading {
        let store: SQLiteObjectStore
        let lists: Lists

        final class Lists: Sendable {
            let count = Atomic<Int>(0)
        }

        func object(_ key: ObjectKey) async throws -> APIObject { try await store.object(key) }

        func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
            lists.count.add(1, ordering: .relaxed)
            return try await store.objects(of: kind, limit: limit, after: name)
        }

        func latestVersion(of kind: KindName) async throws -> ResourceVersion {
            try await store.latestVersion(of: kind)
        }

        func watch(
            _ kind: KindName, after version: ResourceVersion
        ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
            try await store.watch(kind, after: version)
        }
    }

    private static func blueprint(_ name: String) -> APIObject {
        APIObject(kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: name), spec: ["resources": []])
    }

    @Test func `the blueprints are listed again only after one changed`() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let lists = CountingObjects.Lists()
        let reader = AddedBlueprintsReader(objects: CountingObjects(store: store, lists: lists), denied: [])
        #expect(try await reader.read().fingerprint == AddedBlueprints.none)
        _ = try await reader.read()
        #expect(lists.count.load(ordering: .relaxed) == 1)
        _ = try await store.create(Self.blueprint("motd"), durability: .deferred)
        let first = try await reader.read().fingerprint
        #expect(first != AddedBlueprints.none)
        #expect(try await reader.read().fingerprint == first)
        #expect(lists.count.load(ordering: .relaxed) == 2)
        _ = try await store.delete(Self.blueprint("motd").key, precondition: nil)
        #expect(try await reader.read().fingerprint == AddedBlueprints.none)
        #expect(lists.count.load(ordering: .relaxed) == 3)
    }

    @Test func `readers beside a writer see what it wrote once it is done`() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let reader = AddedBlueprintsReader(objects: store, denied: [])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                for index in 0..<50 {
                    _ = try await store.create(Self.blueprint("added-\(index)"), durability: .deferred)
                }
            }
            for _ in 0..<3 {
                group.addTask { for _ in 0..<20 { _ = try await reader.read() } }
            }
        }
        let stored = try await AddedBlueprints.read(from: store, denied: [])
        #expect(stored.fingerprint != AddedBlueprints.none)
        #expect(try await reader.read().fingerprint == stored.fingerprint)
    }
}
