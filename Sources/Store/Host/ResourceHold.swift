import GRDB
import Model
import Synchronization

/// Keeps rows of resources as they were, while a list of them goes page by page.
///
/// Rows have no history, so that a run that writes thousands pays for none. A list that does not fit into a page begins
/// a hold: from then on the writer's connection copies each row that changes into a table of its own, in memory. A hold
/// ends with `rowLimit` changes. Only the writer's connection uses it.
final class ResourceHold: Sendable {
    /// So many changes are kept, about.
    static let rowLimit = 4_096
    /// States of this version and later ones are held; nil without a hold.
    private let since = Mutex<ResourceVersion?>(nil)

    /// Makes sure that what is read from now on stays held for some time.
    func begin(in partition: Partition, _ database: Database) throws {
        if let held = since.withLock({ $0 }) {
            guard let begin = try Self.forgetOldest(database), begin > held else { return }
            since.withLock { $0 = begin }
            return
        }
        // What an interrupted end has left belongs to no hold.
        try end(database)
        try database.execute(sql: Self.table)
        try database.execute(sql: Self.triggers(in: partition))
        let version = try database.version(of: partition)
        since.withLock { $0 = version }
    }

    /// The rows after a name that have changed since a version, as they were then, in the order of their names; nil
    /// when that is not held.
    func rows(
        after name: String?, at version: ResourceVersion, limit: Int, _ database: Database
    ) throws -> [StoredResource]? {
        guard let begin = since.withLock({ $0 }), begin <= version else { return nil }
        return try database.allRows(
            """
            SELECT \(StoredResource.columns) FROM temp.resource_past
            WHERE name > ?1 AND version <= ?2 AND until > ?2 ORDER BY name LIMIT ?3
            """, [name ?? "", Int64(version.value), limit], StoredResource.init(row:))
    }

    /// Ends the hold after a transaction that went beyond its bound.
    func bound(_ transaction: WriteTransaction) throws {
        guard since.withLock({ $0 != nil }), try Self.count(transaction.database) > Self.rowLimit else { return }
        transaction.whenCommitted {
            // What is left when it fails is removed as the next hold begins.
            try? self.end(transaction.database)
        }
    }

    /// Ends the hold.
    func end(_ database: Database) throws {
        since.withLock { $0 = nil }
        try database.execute(
            sql: """
                DROP TRIGGER IF EXISTS temp.resource_past_of_update;
                DROP TRIGGER IF EXISTS temp.resource_past_of_delete;
                DROP TABLE IF EXISTS temp.resource_past;
                """)
    }

    private static func count(_ database: Database) throws -> Int64 {
        try database.number(
            "SELECT (SELECT max(id) FROM temp.resource_past) - (SELECT min(id) FROM temp.resource_past)")
    }

    /// Makes room for the changes of the time to come; the version from which on states are held then, nil when there
    /// was room enough.
    private static func forgetOldest(_ database: Database) throws -> ResourceVersion? {
        guard try count(database) > rowLimit / 2 else { return nil }
        let last = try database.number("SELECT max(id) FROM temp.resource_past") - Int64(rowLimit / 2)
        let until = try database.number("SELECT max(until) FROM temp.resource_past WHERE id <= ?", [last])
        try database.run("DELETE FROM temp.resource_past WHERE id <= ?", [last])
        return ResourceVersion(UInt64(until))
    }

    /// What the row was before adoption is not shown, and not kept.
    private static let kept = [
        "version", "created_version", "created", "phase", "reason", "message", "since", "ready_since",
        "reconciling_since", "stalled_since", "last_run", "drift", "paused", "approved", "declared",
    ]
    private static let table = """
        CREATE TEMP TABLE resource_past (id INTEGER PRIMARY KEY, until INTEGER NOT NULL, name TEXT NOT NULL,
            \(kept.joined(separator: ", ")), before BLOB)
        """

    /// A removal takes the version after the newest one, once the row is gone.
    private static func triggers(in partition: Partition) -> String {
        let counter = Counter.version(of: partition).name.replacing("'", with: "''")
        let columns = "until, name, " + kept.joined(separator: ", ")
        let old = "old.name, " + kept.map { "old." + $0 }.joined(separator: ", ")
        return """
            CREATE TEMP TRIGGER resource_past_of_update AFTER UPDATE ON main.resources BEGIN
                INSERT INTO resource_past (\(columns)) VALUES (new.version, \(old));
            END;
            CREATE TEMP TRIGGER resource_past_of_delete AFTER DELETE ON main.resources BEGIN
                INSERT INTO resource_past (\(columns))
                VALUES ((SELECT value + 1 FROM main.counters WHERE name = '\(counter)'), \(old));
            END;
            """
    }
}
