import ControllerRuntime
import Logging
import Model
import ServiceLifecycle
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct GarbageCollectorTests {
    private let kind = BlueprintKind.descriptor.kind

    private func withStore(_ body: (SQLiteObjectStore) async throws -> Void) async throws {
        try await body(SQLiteObjectStore(try HostDatabase.inMemory()))
    }

    /// Runs a body while a collector works on a store.
    private func collecting(
        _ store: SQLiteObjectStore, readers: [KindName: any ObjectReading] = [:],
        audit: @escaping @Sendable (CollectedObject) async throws -> Void = { _ in },
        _ body: () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let collector = GarbageCollector(
            store: store, readers: readers, clock: ContinuousClock(), logger: logger, audit: audit)
        let group = ServiceGroup(services: [collector], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    private func make(
        _ name: String, ownedBy owners: [APIObject] = [], blocking: Bool? = nil, finalizers: [String]? = nil,
        in store: SQLiteObjectStore
    ) async throws -> APIObject {
        var object = APIObject(kind: kind, metadata: ObjectMeta(name: name), spec: ["resources": []])
        object.metadata.finalizers = finalizers
        if !owners.isEmpty {
            object.metadata.ownerReferences = owners.map {
                OwnerReference(
                    kind: $0.kind.rawValue, name: $0.metadata.name, uid: $0.metadata.uid ?? "", controller: nil,
                    blockOwnerDeletion: blocking)
            }
        }
        return try await store.create(object, durability: .deferred)
    }

    /// Marks an object for deletion with a finalizer, as the API does.
    private func delete(_ object: APIObject, with finalizer: String, in store: SQLiteObjectStore) async throws {
        var next = object
        next.metadata.finalizers = (next.metadata.finalizers ?? []) + [finalizer]
        next = try await store.update(next, part: .spec, durability: .deferred)
        _ = try await store.delete(next.key, precondition: nil)
    }

    /// Follows a watch until objects of these names are gone; returns the names in the order in which they went.
    private func waitUntilGone(
        _ names: Set<String>, after version: ResourceVersion?, in store: SQLiteObjectStore
    ) async throws -> [String] {
        var gone: [String] = []
        for try await event in try await store.watch(kind, after: try #require(version)) {
            guard case .deleted(let object) = event else { continue }
            gone.append(object.metadata.name)
            if names.isSubset(of: gone) { return gone }
        }
        return gone
    }

    private func names(in store: SQLiteObjectStore) async throws -> [String] {
        try await store.objects(of: kind, limit: nil, after: nil).items.map(\.metadata.name)
    }

    @Test func `each deletion is audited before it is made, with the owners that are gone`() async throws {
        try await withStore { store in
            let owner = try await make("owner", in: store)
            let child = try await make("child", ownedBy: [owner], in: store)
            _ = try await store.delete(owner.key, precondition: nil)
            let audited = AsyncStream.makeStream(of: CollectedObject.self, bufferingPolicy: .bufferingNewest(16))
            let isWritable = Atomic(false)
            try await collecting(
                store,
                audit: { collected in
                    #expect(try await store.object(collected.key).metadata.uid == collected.uid)
                    audited.continuation.yield(collected)
                    // A log that cannot be written keeps the object until it can.
                    if !isWritable.exchange(true, ordering: .relaxed) { throw StoreError(.unavailable, "no space") }
                }
            ) {
                let gone = try await waitUntilGone(["child"], after: child.metadata.resourceVersion, in: store)
                #expect(gone.contains("child"))
            }
            audited.continuation.finish()
            var records: [CollectedObject] = []
            for await record in audited.stream { records.append(record) }
            #expect(records.count == 2 && Set(records).count == 1)
            let details = try #require(records.first).details
            #expect(records.first?.key == child.key)
            #expect(details["uid"]?.stringValue == child.metadata.uid)
            let owners = details["owners"]?.arrayValue
            #expect(owners?.count == 1 && owners?.first?["object"] == "Blueprint/owner")
            #expect(owners?.first?["uid"]?.stringValue == owner.metadata.uid && owners?.first?["state"] == "gone")
        }
    }

    @Test func `what an object owns goes after it, and what that owns too`() async throws {
        try await withStore { store in
            let owner = try await make("owner", in: store)
            let child = try await make("child", ownedBy: [owner], in: store)
            _ = try await make("grandchild", ownedBy: [child], in: store)
            _ = try await make("stranger", in: store)
            try await collecting(store) {
                _ = try await store.delete(owner.key, precondition: nil)
                let gone = try await waitUntilGone(
                    ["child", "grandchild"], after: owner.metadata.resourceVersion, in: store)
                #expect(gone == ["owner", "child", "grandchild"])
            }
            #expect(try await names(in: store) == ["stranger"])
        }
    }

    @Test func `an owner that went while nobody watched is noticed at the start`() async throws {
        try await withStore { store in
            let owner = try await make("owner", in: store)
            _ = try await make("child", ownedBy: [owner], in: store)
            _ = try await store.delete(owner.key, precondition: nil)
            // A namesake is not the owner.
            _ = try await make("owner", in: store)
            try await collecting(store) {
                _ = try await waitUntilGone(["child"], after: owner.metadata.resourceVersion, in: store)
            }
            #expect(try await names(in: store) == ["owner"])
        }
    }

    @Test func `an object with another owner left stays and loses the reference only`() async throws {
        try await withStore { store in
            let first = try await make("first", in: store)
            let second = try await make("second", in: store)
            let child = try await make("child", ownedBy: [first, second], in: store)
            try await collecting(store) {
                _ = try await store.delete(first.key, precondition: nil)
                for try await event in try await store.watch(kind, after: try #require(child.metadata.resourceVersion))
                {
                    if case .modified(let object) = event, object.metadata.name == "child" { break }
                }
            }
            let left = try await store.object(child.key)
            #expect(left.metadata.ownerReferences?.map(\.name) == ["second"])
        }
    }

    @Test func `a deletion in the foreground waits for what blocks it`() async throws {
        try await withStore { store in
            let owner = try await make("owner", in: store)
            let child = try await make("child", ownedBy: [owner], blocking: true, finalizers: ["x.io/y"], in: store)
            _ = try await make("other", ownedBy: [owner], in: store)
            try await collecting(store) {
                try await delete(owner, with: foregroundFinalizer, in: store)
                _ = try await waitUntilGone(["other"], after: child.metadata.resourceVersion, in: store)
                // Its child is marked, and the owner stays as long as that is there.
                for try await event in try await store.watch(kind, after: try #require(child.metadata.resourceVersion))
                {
                    if case .modified(let object) = event, object.metadata.name == "child" { break }
                }
                #expect(try await names(in: store) == ["child", "owner"])
                var held = try await store.object(child.key)
                #expect(held.metadata.deletionTimestamp != nil)
                held.metadata.finalizers = nil
                _ = try await store.update(held, part: .spec, durability: .deferred)
                let gone = try await waitUntilGone(
                    ["child", "owner"], after: child.metadata.resourceVersion, in: store)
                #expect(gone.suffix(2) == ["child", "owner"])
            }
        }
    }

    @Test func `a deletion that orphans leaves what was owned, without its owner`() async throws {
        try await withStore { store in
            let owner = try await make("owner", in: store)
            let child = try await make("child", ownedBy: [owner], in: store)
            try await collecting(store) {
                try await delete(owner, with: orphanFinalizer, in: store)
                _ = try await waitUntilGone(["owner"], after: child.metadata.resourceVersion, in: store)
            }
            let left = try await store.object(child.key)
            #expect(left.metadata.deletionTimestamp == nil)
            #expect(left.metadata.ownerReferences ?? [] == [])
        }
    }

    @Test func `an owner of another product is left to it`() async throws {
        try await withStore { store in
            var object = APIObject(kind: kind, metadata: ObjectMeta(name: "child"), spec: ["resources": []])
            object.metadata.ownerReferences = [
                OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "1"),
                OwnerReference(kind: "Nonsense", name: "x", uid: "2"),
            ]
            let child = try await store.create(object, durability: .deferred)
            let owner = try await make("owner", in: store)
            _ = try await make("marker", ownedBy: [owner], in: store)
            try await collecting(store) {
                _ = try await store.delete(owner.key, precondition: nil)
                _ = try await waitUntilGone(["marker"], after: owner.metadata.resourceVersion, in: store)
            }
            #expect(try await store.object(child.key) == child)
        }
    }
}
