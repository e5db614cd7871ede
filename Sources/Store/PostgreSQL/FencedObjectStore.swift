public import Model

/// A store whose writes are made under a lease: once it has changed hands, they throw `.fenced` and change nothing.
public struct FencedObjectStore: ObjectStore {
    /// The lease.
    public let lease: Lease
    private let store: PostgreSQLObjectStore

    init(_ store: PostgreSQLObjectStore, lease: Lease) {
        self.store = store
        self.lease = lease
    }

    /// The object with a key; throws `.notFound`.
    public func object(_ key: ObjectKey) async throws -> APIObject { try await store.object(key) }

    /// A page of the objects of a kind.
    public func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        try await store.objects(of: kind, limit: limit, after: name)
    }

    /// A page of a list.
    public func page(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion?
    ) async throws -> ObjectList {
        try await store.page(of: kind, limit: limit, after: name, at: version)
    }

    /// How many objects of a kind follow a name.
    public func count(of kind: KindName, after name: String?) async throws -> Int {
        try await store.count(of: kind, after: name)
    }

    /// The version of the last change of a kind.
    public func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        try await store.latestVersion(of: kind)
    }

    /// The changes of a kind after a version.
    public func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        try await store.watch(kind, after: version)
    }

    /// Stores a new object, or throws `.fenced`.
    public func create(_ object: APIObject, durability: Durability) async throws -> APIObject {
        try await store.create(object, durability: durability, under: lease)
    }

    /// Replaces a part of an object, or throws `.fenced`.
    public func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject {
        try await store.update(object, part: part, durability: durability, under: lease)
    }

    /// Deletes an object, or throws `.fenced`.
    public func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject {
        try await store.delete(key, precondition: precondition, under: lease)
    }
}

extension PostgreSQLObjectStore {
    /// The leases in the same database.
    public var leases: LeaseTable { LeaseTable(self) }

    /// The same objects, written under a lease.
    public func fenced(by lease: Lease) -> FencedObjectStore { FencedObjectStore(self, lease: lease) }
}
