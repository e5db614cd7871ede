import GRDB
import Model

/// How far back the window of a kind's history reaches.
enum HistoryFloor {
    /// Records that changes up to a version are gone.
    static func set(_ kind: KindName, in partition: Partition, to version: Int64, _ database: Database) throws {
        try database.run(
            "INSERT OR REPLACE INTO history_floors (partition, kind, version) VALUES (?, ?, ?)",
            [partition.rawValue, kind.rawValue, version])
    }

    /// The version up to which changes are gone; zero when none is.
    static func of(_ kind: KindName, in partition: Partition, _ database: Database) throws -> Int64 {
        try database.number(
            "SELECT version FROM history_floors WHERE partition = ? AND kind = ?",
            [partition.rawValue, kind.rawValue])
    }

    /// Throws `.expired` unless every change of a kind after a version is still known.
    ///
    /// A version from before this database was made, or from a future that it does not know, is none of its history.
    static func check(
        _ kind: KindName, in partition: Partition, _ version: ResourceVersion, _ database: Database
    ) throws {
        guard version >= (try effective(kind, in: partition, database)),
            version <= (try database.version(of: partition))
        else { throw ObjectHistory.expiry(of: kind, version) }
    }

    /// The version up to which nothing is known of changes, be they cut or from before this database.
    static func effective(
        _ kind: KindName, in partition: Partition, _ database: Database
    ) throws -> ResourceVersion {
        let pruned = try of(kind, in: partition, database)
        return max(try database.versionStart(), ResourceVersion(UInt64(pruned)))
    }
}
