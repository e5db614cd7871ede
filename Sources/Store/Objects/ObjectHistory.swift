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

    /// Appends a change.
    static func append(
        _ change: Change, _ data: Data, of kind: KindName, in partition: Partition, _ version: ResourceVersion,
        _ database: Database
    ) throws {
        try database.run(
            "INSERT INTO object_history (partition, kind, version, change, data) VALUES (?, ?, ?, ?, ?)",
            [partition.rawValue, kind.rawValue, Int64(version.value), change.rawValue, data])
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

    /// Cuts the windows of all kinds to their bound.
    static func cut(in partition: Partition, _ database: Database) throws {
        let kinds = try database.allRows(
            "SELECT DISTINCT kind FROM object_history WHERE partition = ?", [partition.rawValue]
        ) { KindName(rawValue: $0[0]) }
        for kind in kinds {
            let arguments: StatementArguments = [partition.rawValue, kind.rawValue, SQLiteObjectStore.historyLimit]
            let floor = try database.firstRow(
                """
                SELECT version FROM object_history WHERE partition = ? AND kind = ?
                ORDER BY version DESC LIMIT 1 OFFSET ?
                """, arguments
            ) { $0[0] as Int64 }
            guard let floor else { continue }
            try database.run(
                "DELETE FROM object_history WHERE partition = ? AND kind = ? AND version <= ?",
                [partition.rawValue, kind.rawValue, floor])
            try HistoryFloor.set(kind, in: partition, to: floor, database)
        }
    }
}
