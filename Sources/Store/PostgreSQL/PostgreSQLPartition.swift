import Model
import Postgres

/// The row of a partition: its newest version, and the version before its first one.
enum PostgreSQLPartition {
    /// How far the counter jumps at least; no crash loses so many commits.
    private static let jump: Int64 = 1 << 20

    /// Makes sure that no version is handed out twice, before a fresh session does anything else.
    ///
    /// A server that crashed may have lost commits that were not synced (`Durability.deferred`), and a standby that
    /// took over may lack more, with versions that somebody saw. Both come up with the unlogged table empty. Then the
    /// counter jumps above whatever was handed out, as that of a rebuilt state database does, and all history is
    /// expired. No
    /// session outlives such a start, so looking once for each session is enough. `relation` is the table's own
    /// identifier, so that rows restored from a dump do not count.
    static func join(_ partition: Partition, _ session: PostgresSession) throws(PostgresError) {
        let name = PostgresValue.text(partition.rawValue)
        let known = try session.run(
            "SELECT 1 FROM aetheredge.incarnations WHERE partition = $1 AND relation = tableoid", [name])
        if known.count == 1 { return }
        try session.run([
            PostgresQuery("BEGIN"),
            PostgresQuery(
                "INSERT INTO aetheredge.partitions (name, version, start) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING",
                [name]),
            PostgresQuery("SELECT 1 FROM aetheredge.partitions WHERE name = $1 FOR UPDATE", [name]),
            // Another session may have done it while this one waited for the row.
            PostgresQuery(
                """
                UPDATE aetheredge.partitions SET (version, start) = (SELECT base, base FROM (SELECT greatest(
                    version + \(jump), floor(extract(epoch FROM clock_timestamp()))::bigint << 20) AS base) AS b)
                WHERE name = $1 AND NOT EXISTS (
                    SELECT 1 FROM aetheredge.incarnations WHERE partition = $1 AND relation = tableoid)
                """, [name]),
            PostgresQuery(
                """
                INSERT INTO aetheredge.incarnations (partition, relation)
                VALUES ($1, 'aetheredge.incarnations'::regclass)
                ON CONFLICT (partition) DO UPDATE SET relation = excluded.relation
                """, [name]),
            PostgresQuery("COMMIT"),
        ])
    }

    /// Takes a partition for one machine, or throws `.conflict` when another has it: two hosts of one name would undo
    /// each other's work.
    static func claim(_ partition: Partition, for owner: String, _ session: PostgresSession) throws {
        let arguments: [PostgresValue] = [.text(partition.rawValue), .text(owner)]
        try session.run("UPDATE aetheredge.partitions SET owner = $2 WHERE name = $1 AND owner IS NULL", arguments)
        let rows = try session.run(
            "SELECT owner FROM aetheredge.partitions WHERE name = $1 AND owner <> $2", arguments)
        guard rows.count > 0 else { return }
        throw StoreError(
            .conflict,
            "the partition '\(partition.rawValue)' belongs to the machine '\(try rows.text(0, 0))', not to '\(owner)'; "
                + "name another partition, or set its owner in aetheredge.partitions to null if that machine is gone")
    }

    /// The channel on which a partition's writes are told.
    static func channel(_ partition: Partition) -> String {
        "aetheredge_" + ContentDigest(hashing: partition.rawValue).hex.prefix(32)
    }
}

extension PostgresSession {
    /// Reads at one point of history: one round trip.
    func snapshot(_ queries: [PostgresQuery]) throws(PostgresError) -> [PostgresRows] {
        let begin = PostgresQuery("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return Array(try run([begin] + queries + [PostgresQuery("COMMIT")]).dropFirst().dropLast())
    }
}
