import FoundationEssentials
import GRDB
public import LinuxIO
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

    /// Writes what was learnt at a time, in one transaction.
    ///
    /// A row that is so already keeps its version, and watchers hear nothing.
    public func write(
        _ updates: [ResourceUpdate], at time: WallTime, durability: Durability
    ) throws(StoreError) {
        if updates.isEmpty { return }
        try database.write(durability, "write resource rows") { transaction in
            try write(updates, at: time, transaction)
        }
    }

    /// Writes what was learnt at a time, in one transaction, while the caller does something else.
    public func writeLater(_ updates: [ResourceUpdate], at time: WallTime, durability: Durability) -> PendingCall<
        StoreError
    > {
        database.writeLater(durability, "write resource rows") { transaction in
            try self.write(updates, at: time, transaction)
        }
    }

    /// Sets or ends the pause of a resource; throws `.notFound` where there is no row.
    public func setPause(_ pause: Pause?, of id: ResourceID, durability: Durability) throws(StoreError) {
        let data = try pause.map { pause throws(StoreError) in try RowCoding.encode(pause) }
        try database.write(durability, "pause or resume '\(id)'") { transaction in
            guard try set("paused", to: data, of: id, transaction) else {
                throw StoreError(.notFound, "'\(id)' is not managed; run 'aetherctl get resources'")
            }
        }
    }

    /// Sets the declarations of resources that a person approved; a resource without a row is skipped.
    public func setApproved(
        _ approved: [ResourceID: [ApprovedDeclaration]], durability: Durability
    ) throws(StoreError) {
        if approved.isEmpty { return }
        try database.write(durability, "record what was approved") { transaction in
            for (id, declarations) in approved.sorted(by: { $0.key < $1.key }) {
                _ = try set("approved", to: try RowCoding.encode(declarations), of: id, transaction)
            }
        }
    }

    private func set(
        _ column: String, to data: Data?, of id: ResourceID, _ transaction: WriteTransaction
    ) throws -> Bool {
        let version = try transaction.raiseVersion(of: partition)
        try transaction.database.run(
            "UPDATE resources SET \(column) = ?, version = ? WHERE name = ?", [data, Int64(version.value), id.name])
        guard transaction.database.changesCount > 0 else { return false }
        try database.resourceHold.bound(transaction)
        try tell([id], transaction)
        return true
    }

    /// Removes the rows of resources; those without one are skipped.
    public func remove(_ ids: [ResourceID], durability: Durability = .deferred) throws(StoreError) {
        if ids.isEmpty { return }
        try database.write(durability, "remove resource rows") { transaction in
            transaction.changesPhases = true
            var removed: [APIObject] = []
            for id in ids {
                let row = try transaction.database.firstRow(
                    "DELETE FROM resources WHERE name = ? RETURNING " + StoredResource.columns, [id.name],
                    StoredResource.init(row:))
                guard var row else { continue }
                row.version = try transaction.raiseVersion(of: partition)
                let object = try row.object(in: partition)
                try transaction.database.run(
                    "INSERT INTO resource_tombstones (version, object) VALUES (?, ?)",
                    [Int64(row.version.value), try StoredObject.encode(object)])
                removed.append(object)
            }
            try database.resourceHold.bound(transaction)
            try Self.pruneTombstones(partition: partition, transaction.database)
            guard database.hub.isWatched(ResourceKind.descriptor.kind, in: partition) else { return }
            let (hub, partition) = (database.hub, self.partition)
            let events = removed.map { WatchEvent.deleted($0) }
            transaction.whenCommitted { hub.publish(events, of: ResourceKind.descriptor.kind, in: partition) }
        }
    }

    /// How many rows are in each phase.
    public func counts() throws(StoreError) -> [ResourcePhase: Int] {
        try database.phaseCounts.counts { () throws(StoreError) in
            try database.read("count resource rows") { database in
                var counts: [ResourcePhase: Int] = [:]
                try database.forEachRow("SELECT phase, count(*) FROM resources GROUP BY phase") { row in
                    guard let text = row[0] as String?, let phase = ResourcePhase(rawValue: text) else { return }
                    counts[phase] = row[1]
                }
                return counts
            }
        }
    }

    /// How many rows there are.
    public func count() throws(StoreError) -> Int {
        try database.read("count resource rows") { Int(try $0.number("SELECT count(*) FROM resources")) }
    }
}

extension ResourceTable {
    static let select = "SELECT " + StoredResource.columns + " FROM resources"

    static func pruneTombstones(partition: Partition, _ database: Database) throws {
        let floor = try database.firstRow(
            "SELECT version FROM resource_tombstones ORDER BY version DESC LIMIT 1 OFFSET ?", [tombstoneLimit]
        ) { $0[0] as Int64 }
        guard let floor else { return }
        try database.run("DELETE FROM resource_tombstones WHERE version <= ?", [floor])
        try HistoryFloor.set(ResourceKind.descriptor.kind, in: partition, to: floor, database)
    }
}
