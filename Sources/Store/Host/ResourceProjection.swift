import FoundationEssentials
import GRDB
public import Model

/// The `Resource` objects, made from rows on read.
///
/// The pages of a list show one state for as long as `ResourceHold` keeps it.
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
        try await table.database.thread.run { try readObjects(of: kind, limit: limit, after: name) }
    }

    /// A page of a list; the first of several begins to hold the state that it shows.
    public func page(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion?
    ) async throws -> ObjectList {
        let database = table.database
        return try await database.thread.run {
            if let version { return try readObjects(of: kind, limit: limit, after: name, at: version) }
            let page = try readObjects(of: kind, limit: limit, after: name)
            if page.next == nil { return page }
            try database.readBetweenCommits("hold the resources") { connection in
                try database.resourceHold.begin(in: table.partition, connection)
            }
            return try readObjects(of: kind, limit: limit, after: name)
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
                return try Self.latestVersion(database)
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

    private func readObjects(of kind: KindName, limit: Int?, after name: String?) throws(StoreError) -> ObjectList {
        try table.database.read("list resources") { database in
            try requireResource(kind)
            let version = try database.version(of: table.partition)
            let items = try database.allRows(
                ResourceTable.select + " WHERE name > ? ORDER BY name LIMIT ?",
                [name ?? "", limit.map { $0 + 1 } ?? -1]
            ) { try StoredResource(row: $0).object(in: table.partition) }
            return Self.list(items, limit: limit, version)
        }
    }

    /// What has not changed since the version as it is, and the rest from the hold.
    ///
    /// The former is read first: a row that changes in between is in both, and the same.
    private func readObjects(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion
    ) throws(StoreError) -> ObjectList {
        let (rows, isUnchanged) = try table.database.read("list resources of version \(version.value)") { database in
            try requireResource(kind)
            try HistoryFloor.check(kind, in: table.partition, version, database)
            let rows = try database.allRows(
                ResourceTable.select + " WHERE name > ? AND version <= ? ORDER BY name LIMIT ?",
                [name ?? "", Int64(version.value), limit + 1], StoredResource.init(row:))
            return (rows, try Self.latestVersion(database) <= version)
        }
        let objects = try rows.map { row throws(StoreError) in try row.object(in: table.partition) }
        if isUnchanged { return Self.list(objects, limit: limit, version) }
        let past = try table.database.readBetweenCommits("read what resources were") { database in
            try table.database.resourceHold.rows(after: name, at: version, limit: limit + 1, database)
        }
        guard let past else { throw ObjectHistory.expiry(of: kind, version) }
        var byName = Dictionary(objects.map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
        for row in past {
            let object = try row.object(in: table.partition)
            byName[object.metadata.name] = object
        }
        let items = byName.values.sorted { left, right in
            left.metadata.name.utf8.lexicographicallyPrecedes(right.metadata.name.utf8)
        }
        return Self.list(items, limit: limit, version)
    }

    /// A page of the objects, of which there is one more than its limit when another page follows.
    private static func list(_ items: [APIObject], limit: Int?, _ version: ResourceVersion) -> ObjectList {
        guard let limit, items.count > limit else { return ObjectList(items: items, version: version) }
        let page = Array(items.prefix(limit))
        return ObjectList(items: page, version: version, next: page.last?.metadata.name)
    }

    private static func latestVersion(_ database: Database) throws -> ResourceVersion {
        let versions = try ["resources", "resource_tombstones"].map { name in
            try database.number("SELECT max(version) FROM \(name)")
        }
        return ResourceVersion(UInt64(versions.max() ?? 0))
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
