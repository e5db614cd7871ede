import FoundationEssentials
import GRDB
public import Model

/// The rows of managed resources.
///
/// Rows stand in the order of their objects' names. `Resource` objects are made from rows on read, see
/// `ResourceProjection`; watchers of those hear each write in order.
public final class ResourceTable: Sendable {
    /// So many removals are remembered for watchers that reconnect.
    static let tombstoneLimit = 1_024
    let database: HostDatabase
    let partition: Partition

    /// Opens the rows of a database.
    public init(_ database: HostDatabase, partition: Partition = .local) {
        self.database = database
        self.partition = partition
    }

    /// The rows of resources that have one, in no particular order.
    public func rows(ids: [ResourceID]) throws(StoreError) -> [ResourceRow] {
        try database.read("read resource rows") { database in
            try ids.compactMap { id in
                try database.firstRow(Self.select + " WHERE name = ?", [id.name], StoredResource.init(row:))?.row()
            }
        }
    }

    /// A page of rows in the order of their objects' names; with `name` those after it.
    public func allRows(after name: String? = nil, limit: Int? = nil) throws(StoreError) -> [ResourceRow] {
        try database.read("list resource rows") { database in
            try database.allRows(
                Self.select + " WHERE name > ? ORDER BY name LIMIT ?", [name ?? "", limit ?? -1]
            ) { try StoredResource(row: $0).row() }
        }
    }

    /// Inserts rows or replaces them; the creation time of a row that exists stays.
    ///
    /// Their versions are set here.
    public func upsert(_ rows: [ResourceRow], durability: Durability) throws(StoreError) {
        if rows.isEmpty { return }
        try database.write(durability, "write resource rows") { transaction in
            try Self.write(rows, partition: partition, hub: database.hub, transaction)
        }
    }

    /// Removes the rows of resources; those without one are skipped.
    public func remove(_ ids: [ResourceID], durability: Durability = .deferred) throws(StoreError) {
        if ids.isEmpty { return }
        try database.write(durability, "remove resource rows") { transaction in
            var removed: [StoredResource] = []
            for id in ids {
                let row = try transaction.database.firstRow(
                    "DELETE FROM resources WHERE name = ? RETURNING " + Self.columns, [id.name],
                    StoredResource.init(row:))
                guard var row else { continue }
                row.version = try transaction.raiseVersion(of: partition)
                try Self.bury(row, transaction.database)
                removed.append(row)
            }
            try Self.pruneTombstones(partition: partition, transaction.database)
            guard database.hub.isWatched(ResourceKind.descriptor.kind, in: partition) else { return }
            let (hub, partition) = (database.hub, self.partition)
            let events = try removed.map { WatchEvent.deleted(try $0.object(in: partition)) }
            transaction.whenCommitted { hub.publish(events, of: ResourceKind.descriptor.kind, in: partition) }
        }
    }

    /// How many rows are in each phase.
    public func counts() throws(StoreError) -> [ResourcePhase: Int] {
        try database.read("count resource rows") { database in
            var counts: [ResourcePhase: Int] = [:]
            try database.forEachRow("SELECT phase, count(*) FROM resources GROUP BY phase") { row in
                guard let text = row[0] as String?, let phase = ResourcePhase(rawValue: text) else { return }
                counts[phase] = row[1]
            }
            return counts
        }
    }

    /// How many rows there are.
    public func count() throws(StoreError) -> Int {
        try database.read("count resource rows") { Int(try $0.number("SELECT count(*) FROM resources")) }
    }
}

extension ResourceTable {
    static let columns = "version, created_version, created, declared, status, before"
    static let select = "SELECT " + columns + " FROM resources"

    /// Writes rows within a transaction, and tells watchers after it.
    static func write(
        _ rows: [ResourceRow], partition: Partition, hub: WatchHub, _ transaction: WriteTransaction
    ) throws {
        if rows.isEmpty { return }
        let last = try transaction.raiseVersion(of: partition, count: rows.count).value
        let isWatched = hub.isWatched(ResourceKind.descriptor.kind, in: partition)
        var events: [WatchEvent] = []
        for (offset, row) in rows.enumerated() {
            let version = ResourceVersion(last - UInt64(rows.count - 1 - offset))
            let created = try write(row, version: version, transaction.database)
            guard isWatched else { continue }
            let stored = StoredResource(
                version: version, createdVersion: created.version, created: created.time, declared: row.declared,
                status: row.status)
            let object = try stored.object(in: partition)
            events.append(created.version == version ? .added(object) : .modified(object))
        }
        guard isWatched else { return }
        transaction.whenCommitted { hub.publish(events, of: ResourceKind.descriptor.kind, in: partition) }
    }

    private static func write(
        _ row: ResourceRow, version: ResourceVersion, _ database: Database
    ) throws -> (version: ResourceVersion, time: WallTime) {
        let number = Int64(version.value)
        let digests = row.beforeAdoption.map { ContentReferences.of($0) } ?? []
        let created = try database.firstRow(
            """
            INSERT INTO resources (name, phase, version, created_version, created, declared, status, before, pins)
            VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (name) DO UPDATE SET phase = excluded.phase, version = excluded.version,
                declared = excluded.declared, status = excluded.status, before = excluded.before, pins = excluded.pins
            RETURNING created_version, created
            """,
            [
                row.id.name, row.status.phase?.rawValue, number, row.createdTime.nanoseconds,
                try RowCoding.encode(row.declared), try RowCoding.encode(row.status),
                try row.beforeAdoption.map { try RowCoding.encode($0) },
                digests.isEmpty ? nil : ContentPins.data(digests),
            ]
        ) { ($0[0] as Int64, $0[1] as Int64) }
        guard let created else { preconditionFailure("an upsert answers with its row") }
        return (ResourceVersion(UInt64(created.0)), WallTime(nanoseconds: created.1))
    }

    private static func bury(_ row: StoredResource, _ database: Database) throws {
        try database.run(
            """
            INSERT INTO resource_tombstones (version, created_version, created, declared, status)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                Int64(row.version.value), Int64(row.createdVersion.value), row.created.nanoseconds,
                try RowCoding.encode(row.declared), try RowCoding.encode(row.status),
            ])
    }

    private static func pruneTombstones(partition: Partition, _ database: Database) throws {
        let floor = try database.firstRow(
            "SELECT version FROM resource_tombstones ORDER BY version DESC LIMIT 1 OFFSET ?", [tombstoneLimit]
        ) { $0[0] as Int64 }
        guard let floor else { return }
        try database.run("DELETE FROM resource_tombstones WHERE version <= ?", [floor])
        try HistoryFloor.set(ResourceKind.descriptor.kind, in: partition, to: floor, database)
    }
}
