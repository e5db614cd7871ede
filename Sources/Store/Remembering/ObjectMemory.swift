import FoundationEssentials
import GRDB
import Model
import Synchronization

/// Objects of another store as they were seen last, kept in the state database.
struct ObjectMemory: Sendable {
    /// What is in the database, so that what did not change is not written again.
    private final class Known: Sendable {
        let versions = Mutex<[ObjectKey: ResourceVersion]>([:])
    }

    private static let partition = Partition(rawValue: "remembered")
    private let database: HostDatabase
    private let reader: SQLiteObjectStore
    private let known = Known()

    init(_ database: HostDatabase) {
        self.database = database
        reader = SQLiteObjectStore(database, partition: Self.partition)
    }

    func object(_ key: ObjectKey) async throws -> APIObject { try await reader.object(key) }

    func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        try await reader.objects(of: kind, limit: limit, after: name)
    }

    func count(of kind: KindName, after name: String?) async throws -> Int {
        try await reader.count(of: kind, after: name)
    }

    /// Keeps an object as it is in the other store.
    func remember(_ object: APIObject) async throws {
        let version = object.metadata.resourceVersion
        if let version, known.versions.withLock({ $0[object.key] == version }) { return }
        try await store(object)
        known.versions.withLock { $0[object.key] = version }
    }

    /// Keeps an object as it is to be in the other store.
    func overwrite(_ object: APIObject) async throws {
        known.versions.withLock { $0[object.key] = nil }
        try await store(object)
    }

    /// Forgets an object.
    func forget(_ key: ObjectKey) async throws {
        known.versions.withLock { $0[key] = nil }
        try await forget([key])
    }

    /// Keeps a page of a list, and forgets what is not in it.
    func remember(_ page: ObjectList, of kind: KindName, after name: String?) async throws {
        for object in page.items { try await remember(object) }
        let seen = Set(page.items.map(\.metadata.name))
        var gone: [ObjectKey] = []
        var after = name
        repeat {
            let kept = try await reader.objects(of: kind, limit: 500, after: after)
            gone += kept.items.map(\.key).filter { key in
                !seen.contains(key.name) && page.next.map { key.name <= $0 } ?? true
            }
            after = kept.next
        } while after != nil && page.next.map { (after ?? "") < $0 } ?? true
        if gone.isEmpty { return }
        known.versions.withLock { versions in for key in gone { versions[key] = nil } }
        try await forget(gone)
    }

    private func store(_ object: APIObject) async throws {
        let data = try StoredObject.encode(object)
        let version = Int64(clamping: object.metadata.resourceVersion?.value ?? 0)
        try await write("remember \(ObjectWriteRules.name(object.key))") { database in
            try database.run(
                "INSERT OR REPLACE INTO objects (partition, kind, name, uid, version, data) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    Self.partition.rawValue, object.kind.rawValue, object.metadata.name, object.metadata.uid ?? "",
                    version, data,
                ])
        }
    }

    private func forget(_ keys: [ObjectKey]) async throws {
        try await write("forget \(keys.count) objects") { database in
            for key in keys {
                try database.run(
                    "DELETE FROM objects WHERE partition = ? AND kind = ? AND name = ?",
                    [Self.partition.rawValue, key.kind.rawValue, key.name])
            }
        }
    }

    private func write(_ act: String, _ body: @Sendable @escaping (Database) throws -> Void) async throws {
        let database = database
        try await database.thread.run { try database.write(.deferred, act) { try body($0.database) } }
    }
}
