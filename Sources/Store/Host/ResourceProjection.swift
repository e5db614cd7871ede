import FoundationEssentials
import GRDB
public import Model

/// The `Resource` objects, made from rows on read.
///
/// A watch that begins at an older version starts with the rows that changed since, each once as it is now; from then
/// on it hears every write. More than `ResourceProjection.missedLimit` changed rows are `.expired`: listing by pages
/// is cheaper.
public struct ResourceProjection: ObjectReading {
    /// The most rows that a watch catches up on.
    public static let missedLimit = 4_096
    private let table: ResourceTable

    /// Shows the rows of a table.
    public init(_ table: ResourceTable) { self.table = table }

    /// The object of a resource; throws `.notFound`, also for keys of other kinds.
    public func object(_ key: ObjectKey) async throws -> APIObject {
        let table = table
        return try await table.database.thread.run {
            let stored = try table.database.read("read resource '\(key.name)'") { database in
                try requireResource(key.kind)
                return try database.firstRow(
                    ResourceTable.select + " WHERE name = ?", [key.name], StoredResource.init(row:))
            }
            guard let stored else { throw StoreError(.notFound, "there is no Resource '\(key.name)'") }
            return try stored.object(in: table.partition)
        }
    }

    /// A page of objects in the order of their names, and the version at which it was read.
    public func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        let table = table
        return try await table.database.thread.run {
            try table.database.read("list resources") { database in
                try requireResource(kind)
                let version = try database.version(of: table.partition)
                var items = try database.allRows(
                    ResourceTable.select + " WHERE name > ? ORDER BY name LIMIT ?",
                    [name ?? "", limit.map { $0 + 1 } ?? -1]
                ) { try StoredResource(row: $0).object(in: table.partition) }
                guard let limit, items.count > limit else { return ObjectList(items: items, version: version) }
                items.removeLast(items.count - limit)
                return ObjectList(items: items, version: version, next: items.last?.metadata.name)
            }
        }
    }

    /// How many resources follow a name.
    public func count(of kind: KindName, after name: String?) async throws -> Int {
        let table = table
        return try await table.database.thread.run {
            try table.database.read("count resources") { database in
                try requireResource(kind)
                return Int(try database.number("SELECT count(*) FROM resources WHERE name > ?", [name ?? ""]))
            }
        }
    }

    /// Where the database stands.
    public var mark: ReadMark? { table.database.mark }

    /// The version of the last change of any resource.
    public func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        let table = table
        return try await table.database.thread.run {
            try table.database.read("read the version of the resources") { database in
                try requireResource(kind)
                let versions = try ["resources", "resource_tombstones"].map { name in
                    try database.number("SELECT max(version) FROM \(name)")
                }
                return ResourceVersion(UInt64(versions.max() ?? 0))
            }
        }
    }

    /// The changes after a version; see the type for what a watcher that was away hears.
    public func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        let table = table
        return try await table.database.thread.run {
            try table.database.readBetweenCommits("watch resources") { database in
                try requireResource(kind)
                try HistoryFloor.check(kind, in: table.partition, version, database)
                let missed = try Self.missed(after: version, in: table.partition, database)
                return try table.database.hub.subscribe(kind, in: table.partition, missed: missed)
            }
        }
    }

    private static func missed(
        after version: ResourceVersion, in partition: Partition, _ database: Database
    ) throws -> [WatchEvent] {
        let arguments: StatementArguments = [Int64(version.value), missedLimit + 1]
        var events = try database.allRows(
            ResourceTable.select + " WHERE version > ? ORDER BY version LIMIT ?", arguments
        ) { row in
            let stored = try StoredResource(row: row)
            let object = try stored.object(in: partition)
            return (stored.version, stored.createdVersion > version ? WatchEvent.added(object) : .modified(object))
        }
        events += try database.allRows(
            "SELECT version, object FROM resource_tombstones WHERE version > ? ORDER BY version LIMIT ?", arguments
        ) { row in
            let object = try StoredObject.decode(row[1], kind: ResourceKind.descriptor.kind, version: row[0])
            return (ResourceVersion(UInt64(row[0] as Int64)), WatchEvent.deleted(object))
        }
        guard events.count <= missedLimit else {
            throw StoreError(
                .expired, "more than \(missedLimit) resources changed since version \(version.value); list them again")
        }
        return events.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

private func requireResource(_ kind: KindName) throws(StoreError) {
    guard kind == ResourceKind.descriptor.kind else {
        throw StoreError(.notFound, "there are no objects of kind '\(kind.rawValue)' among the resources")
    }
}
