import FoundationEssentials
import GRDB
import Model

/// The bounded window of changes that watchers can go back to.
enum ObjectHistory {
    /// What happened to an object.
    enum Change: Int64 {
        case added = 1
        case modified = 2
        case deleted = 3

        /// The event that watchers see.
        func event(_ object: APIObject) -> WatchEvent {
            switch self {
            case .added: .added(object)
            case .modified: .modified(object)
            case .deleted: .deleted(object)
            }
        }
    }

    /// The history does not reach a version.
    static func expiry(of kind: KindName, _ version: ResourceVersion) -> StoreError {
        StoreError(
            .expired,
            "the history of '\(kind.rawValue)' does not reach version \(version.value); list again and watch it")
    }

    /// Appends a change of an object, that was at the version `previous`.
    static func append(
        _ change: Change, _ data: Data, of key: ObjectKey, in partition: Partition, _ version: ResourceVersion,
        previous: ResourceVersion?, _ database: Database
    ) throws {
        try database.run(
            """
            INSERT INTO object_history (partition, kind, version, change, data, name, previous)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                partition.rawValue, key.kind.rawValue, Int64(version.value), change.rawValue, data, key.name,
                previous.map { Int64($0.value) },
            ])
    }

    /// Keeps an object as it is before it changes, unless the window has it: what began before the window is needed
    /// for lists of versions within it.
    static func keep(
        _ key: ObjectKey, at version: ResourceVersion, in partition: Partition, _ database: Database
    ) throws {
        guard version <= (try HistoryFloor.effective(key.kind, in: partition, database)) else { return }
        try database.run(
            """
            INSERT OR IGNORE INTO object_history (partition, kind, version, change, data, name)
            SELECT partition, kind, version, ?, data, name FROM objects WHERE partition = ? AND kind = ? AND name = ?
            """, [Change.modified.rawValue, partition.rawValue, key.kind.rawValue, key.name])
    }

    /// The objects of a kind after a name as they were at a version, in the order of their names: those that have not
    /// changed since, and of the others what they were before their first change after it.
    static func objects(
        of kind: KindName, in partition: Partition, limit: Int, after name: String?, at version: ResourceVersion,
        _ database: Database
    ) throws -> [APIObject] {
        try HistoryFloor.check(kind, in: partition, version, database)
        let isUnknown = try database.number(
            """
            SELECT EXISTS (SELECT 1 FROM object_history WHERE partition = ? AND kind = ? AND version > ?
                AND name IS NULL)
            """, [partition.rawValue, kind.rawValue, Int64(version.value)])
        guard isUnknown == 0 else { throw expiry(of: kind, version) }
        return try database.allRows(
            """
            SELECT data, version, name FROM (
                SELECT data, version, name FROM objects
                WHERE partition = ?1 AND kind = ?2 AND name > ?3 AND version <= ?4 ORDER BY name LIMIT ?5)
            UNION ALL
            SELECT data, version, name FROM (
                SELECT old.data AS data, new.previous AS version, new.name AS name
                FROM object_history AS new LEFT JOIN object_history AS old
                    ON old.partition = ?1 AND old.kind = ?2 AND old.version = new.previous
                WHERE new.partition = ?1 AND new.kind = ?2 AND new.version > ?4 AND new.previous <= ?4
                    AND new.name > ?3 ORDER BY new.name LIMIT ?5)
            ORDER BY name LIMIT ?5
            """, [partition.rawValue, kind.rawValue, name ?? "", Int64(version.value), limit]
        ) { row in
            guard let data = row[0] as Data? else { throw expiry(of: kind, version) }
            return try StoredObject.decode(data, kind: kind, version: row[1])
        }
    }

    /// The changes of a kind after a version, in order.
    static func events(
        of kind: KindName, in partition: Partition, after version: ResourceVersion, _ database: Database
    ) throws -> [WatchEvent] {
        try database.allRows(
            """
            SELECT change, data, version FROM object_history WHERE partition = ? AND kind = ? AND version > ?
            ORDER BY version
            """, [partition.rawValue, kind.rawValue, Int64(version.value)]
        ) { row in
            guard let change = Change(rawValue: row[0]) else {
                throw StoreError(
                    .corrupt, "cannot read the history of '\(kind.rawValue)': a change is of no known sort")
            }
            return change.event(try StoredObject.decode(row[1], kind: kind, version: row[2]))
        }
    }

    /// Cuts the windows of all kinds to their bound; what an object was before its first change within a window stays.
    static func cut(in partition: Partition, _ database: Database) throws {
        let kinds = try database.allRows(
            "SELECT DISTINCT kind FROM object_history WHERE partition = ?", [partition.rawValue]
        ) { KindName(rawValue: $0[0]) }
        for kind in kinds {
            let begin = try HistoryFloor.of(kind, in: partition, database)
            let floor = try database.firstRow(
                """
                SELECT version FROM object_history WHERE partition = ? AND kind = ? AND version > ?
                ORDER BY version DESC LIMIT 1 OFFSET ?
                """, [partition.rawValue, kind.rawValue, begin, SQLiteObjectStore.historyLimit]
            ) { $0[0] as Int64 }
            guard let floor else { continue }
            try database.run(
                """
                DELETE FROM object_history WHERE partition = ?1 AND kind = ?2 AND version <= ?3 AND version NOT IN (
                    SELECT previous FROM object_history
                    WHERE partition = ?1 AND kind = ?2 AND version > ?3 AND previous <= ?3)
                """, [partition.rawValue, kind.rawValue, floor])
            try HistoryFloor.set(kind, in: partition, to: floor, database)
        }
    }
}
