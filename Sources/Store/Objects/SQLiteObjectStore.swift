import FoundationEssentials
import GRDB
public import Model

/// The objects of one partition in the state database.
///
/// Asynchronous operations run on the database's own thread. Several stores of one partition see each other's changes.
public struct SQLiteObjectStore: ObjectStore {
    /// The largest object, in bytes of its JSON form.
    public static let objectSizeLimit = 1 << 20
    /// So many changes of each kind are remembered for watchers that reconnect.
    public static let historyLimit = 1_024
    /// The database that holds the objects.
    package let database: HostDatabase
    let partition: Partition
    let rules: ObjectWriteRules
    let limits: [KindName: Int]

    /// Opens the objects of a partition.
    ///
    /// Kinds in `limits` keep at most so many objects: creating one more removes those that were written longest ago.
    public init(
        _ database: HostDatabase, partition: Partition = .local,
        clock: @escaping @Sendable () -> WallTime = systemWallTime,
        identifier: @escaping @Sendable () -> String = randomIdentifier,
        limits: [KindName: Int] = [EventKind.descriptor.kind: 1_000]
    ) {
        self.database = database
        self.partition = partition
        rules = ObjectWriteRules(clock: clock, identifier: identifier)
        self.limits = limits
    }

    /// The object with a key; throws `.notFound`.
    public func object(_ key: ObjectKey) async throws -> APIObject {
        try await database.thread.run { try self.readObject(key) }
    }

    /// The object with a key; nil while it has a version that the caller knows, and then it is not decoded.
    public func object(_ key: ObjectKey, unless known: ResourceVersion) async throws -> APIObject? {
        try await database.thread.run {
            let isKnown = try self.database.read("read \(ObjectWriteRules.name(key))") { database in
                try StoredObject.version(of: key, in: self.partition, database) == known
            }
            return isKnown ? nil : try self.readObject(key)
        }
    }

    /// A page of the objects of a kind in the order of their names, and the version at which it was read.
    public func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        try await database.thread.run { try self.readObjects(of: kind, limit: limit, after: name) }
    }

    /// A page of a list; of an older version for as long as the history reaches back to it.
    public func page(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion?
    ) async throws -> ObjectList {
        guard let version else { return try await objects(of: kind, limit: limit, after: name) }
        return try await database.thread.run {
            try self.readObjects(of: kind, limit: limit, after: name, at: version)
        }
    }

    /// How many objects of a kind follow a name.
    public func count(of kind: KindName, after name: String?) async throws -> Int {
        try await database.thread.run {
            try self.database.read("count \(kind.rawValue) objects") { database in
                Int(
                    try database.number(
                        "SELECT count(*) FROM objects WHERE partition = ? AND kind = ? AND name > ?",
                        [self.partition.rawValue, kind.rawValue, name ?? ""]))
            }
        }
    }

    /// Where the database stands.
    public var mark: ReadMark? { database.mark }

    /// The version of the last change of a kind.
    public func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        try await database.thread.run { try self.readLatestVersion(of: kind) }
    }

    /// The changes of a kind after a version.
    public func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        try await database.thread.run { try self.beginWatch(kind, after: version) }
    }

    /// Stores a new object.
    public func create(_ object: APIObject, durability: Durability) async throws -> APIObject {
        try await database.thread.run { try self.insert(object, durability: durability) }
    }

    /// Replaces a part of an object.
    public func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject {
        try await database.thread.run { try self.replace(object, part: part, durability: durability) }
    }

    /// Deletes an object, or marks it for deletion while it has finalizers.
    public func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject {
        try await database.thread.run { try self.remove(key, precondition: precondition) }
    }

    /// Tells every watcher of the partition, those of `Resource` objects too, that nothing changed up to now.
    public func publishBookmarks() async throws {
        try await database.thread.run {
            try self.database.readBetweenCommits("publish bookmarks") { database in
                self.database.hub.publishBookmark(try database.version(of: self.partition), in: self.partition)
            }
        }
    }
}

/// A random uid in the form of a UUID.
@Sendable public func randomIdentifier() -> String { ObjectIdentity.random() }

extension SQLiteObjectStore {
    private func readObject(_ key: ObjectKey) throws(StoreError) -> APIObject {
        let object = try database.read("read \(ObjectWriteRules.name(key))") { database in
            try StoredObject.read(key, in: partition, database)
        }
        guard let object else { throw ObjectWriteRules.notFound(key) }
        return object
    }

    private func readObjects(of kind: KindName, limit: Int?, after name: String?) throws(StoreError) -> ObjectList {
        try database.read("list \(kind.rawValue) objects") { database in
            let version = try database.version(of: partition)
            // One more than asked for tells whether there is a next page.
            var items = try database.allRows(
                """
                SELECT data, version FROM objects WHERE partition = ? AND kind = ? AND name > ? ORDER BY name LIMIT ?
                """,
                [partition.rawValue, kind.rawValue, name ?? "", limit.map { $0 + 1 } ?? -1]
            ) { try StoredObject.decode($0[0], kind: kind, version: $0[1]) }
            guard let limit, items.count > limit else { return ObjectList(items: items, version: version) }
            items.removeLast(items.count - limit)
            return ObjectList(items: items, version: version, next: items.last?.metadata.name)
        }
    }

    private func readObjects(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion
    ) throws(StoreError) -> ObjectList {
        try database.read("list \(kind.rawValue) objects of version \(version.value)") { database in
            var items = try ObjectHistory.objects(
                of: kind, in: partition, limit: limit + 1, after: name, at: version, database)
            guard items.count > limit else { return ObjectList(items: items, version: version) }
            items.removeLast(items.count - limit)
            return ObjectList(items: items, version: version, next: items.last?.metadata.name)
        }
    }

    private func readLatestVersion(of kind: KindName) throws(StoreError) -> ResourceVersion {
        try database.read("read the version of the \(kind.rawValue) objects") { database in
            let newest = try database.number(
                "SELECT max(version) FROM object_history WHERE partition = ? AND kind = ?",
                [partition.rawValue, kind.rawValue])
            let floor = try HistoryFloor.of(kind, in: partition, database)
            return ResourceVersion(UInt64(max(newest, floor)))
        }
    }

    private func beginWatch(
        _ kind: KindName, after version: ResourceVersion
    ) throws(StoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
        try database.readBetweenCommits("watch \(kind.rawValue) objects") { database in
            try HistoryFloor.check(kind, in: partition, version, database)
            let missed = try ObjectHistory.events(of: kind, in: partition, after: version, database)
            return try self.database.hub.subscribe(kind, in: partition, missed: missed)
        }
    }
}
