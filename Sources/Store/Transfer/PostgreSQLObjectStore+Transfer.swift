public import Model
import Postgres

extension PostgreSQLObjectStore: TransferableStore {
    /// So many objects are sent in one round trip.
    private static let adoptionBatch = 100

    /// The kinds of which there are objects.
    public func kinds() async throws -> [KindName] {
        let partition = partition
        return try await perform("list the kinds") { session in
            let rows = try session.run(
                "SELECT DISTINCT kind FROM aetheredge.objects WHERE partition = $1 ORDER BY kind",
                [.text(partition.rawValue)])
            return try (0..<rows.count).map { KindName(rawValue: try rows.text($0, 0)) }
        }
    }

    /// The newest version.
    public func newestVersion() async throws -> ResourceVersion {
        let partition = partition
        return try await perform("read the newest version") { session in
            ResourceVersion(UInt64(try session.run([Self.version(partition)])[0].integer(0, 0)))
        }
    }

    /// Stores objects as they are.
    public func adopt(_ objects: [APIObject], above version: ResourceVersion, replacing: Bool) async throws {
        let partition = partition
        try await perform("adopt \(objects.count) objects") { session in
            let name = PostgresValue.text(partition.rawValue)
            let answers = try session.run([
                PostgresQuery("BEGIN"),
                PostgresQuery("SELECT version FROM aetheredge.partitions WHERE name = $1 FOR UPDATE", [name]),
                PostgresQuery(
                    "DELETE FROM aetheredge.objects WHERE partition = $1 AND $2", [name, .boolean(replacing)]),
                PostgresQuery("SELECT count(*) FROM aetheredge.objects WHERE partition = $1", [name]),
            ])
            let count = try answers[3].integer(0, 0)
            guard count == 0 else {
                throw StoreError(
                    .conflict,
                    "the partition '\(partition.rawValue)' holds \(count) objects already; "
                        + "replace them, or name another"
                )
            }
            var newest = max(try answers[1].integer(0, 0), Int64(clamping: version.value))
            var rest = objects[...]
            while !rest.isEmpty {
                try session.run(
                    try rest.prefix(Self.adoptionBatch).map { object in
                        newest += 1
                        return try Self.insertion(of: object, partition, newest)
                    })
                rest = rest.dropFirst(Self.adoptionBatch)
            }
            // What was remembered of another backend's versions is none of this history.
            try session.run([
                PostgresQuery("DELETE FROM aetheredge.object_history WHERE partition = $1", [name]),
                PostgresQuery(
                    "UPDATE aetheredge.partitions SET version = $2, start = $2 WHERE name = $1",
                    [name, .integer(newest)]),
                // Whoever watches the partition lists again.
                PostgresQuery(
                    "SELECT pg_notify($1, $2)",
                    [.text(PostgreSQLPartition.channel(partition)), .text("\(newest)")]),
                PostgresQuery("COMMIT"),
            ])
        }
    }

    private static func insertion(
        of object: APIObject, _ partition: Partition, _ version: Int64
    ) throws -> PostgresQuery {
        PostgresQuery(
            """
            INSERT INTO aetheredge.objects (partition, kind, name, uid, version, data) VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .text(partition.rawValue), .text(object.kind.rawValue), .text(object.metadata.name),
                .text(object.metadata.uid ?? ""), .integer(version), .bytes([UInt8](try StoredObject.encode(object))),
            ])
    }
}
