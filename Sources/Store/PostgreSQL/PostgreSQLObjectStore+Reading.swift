import FoundationEssentials
public import Model
import Postgres

extension PostgreSQLObjectStore {
    /// The object with a key; throws `.notFound`.
    public func object(_ key: ObjectKey) async throws -> APIObject {
        let partition = partition
        let object = try await perform("read \(ObjectWriteRules.name(key))") { session in
            try Self.decode(try session.run([Self.selection(key, partition)])[0], key.kind)
        }
        guard let object else { throw ObjectWriteRules.notFound(key) }
        return object
    }

    /// A page of the objects of a kind in the order of their names, and the version at which it was read.
    public func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        let partition = partition
        return try await perform("list \(kind.rawValue) objects") { session in
            let answers = try session.snapshot([
                Self.version(partition),
                // One more than asked for tells whether there is a next page.
                PostgresQuery(
                    """
                    SELECT data, version FROM aetheredge.objects
                    WHERE partition = $1 AND kind = $2 AND name > $3 ORDER BY name LIMIT $4::bigint
                    """,
                    [
                        .text(partition.rawValue), .text(kind.rawValue), .text(name ?? ""),
                        limit.map { .integer(Int64($0) + 1) } ?? .null,
                    ]),
            ])
            let version = ResourceVersion(UInt64(try answers[0].integer(0, 0)))
            var items: [APIObject] = []
            items.reserveCapacity(answers[1].count)
            for row in 0..<answers[1].count { items.append(try Self.decode(answers[1], row: row, kind)) }
            guard let limit, items.count > limit else { return ObjectList(items: items, version: version) }
            items.removeLast(items.count - limit)
            return ObjectList(items: items, version: version, next: items.last?.metadata.name)
        }
    }

    /// How many objects of a kind follow a name.
    public func count(of kind: KindName, after name: String?) async throws -> Int {
        let partition = partition
        return try await perform("count \(kind.rawValue) objects") { session in
            let rows = try session.run(
                "SELECT count(*) FROM aetheredge.objects WHERE partition = $1 AND kind = $2 AND name > $3",
                [.text(partition.rawValue), .text(kind.rawValue), .text(name ?? "")])
            return Int(try rows.integer(0, 0))
        }
    }

    /// The version of the last change of a kind.
    public func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        let partition = partition
        return try await perform("read the version of the \(kind.rawValue) objects") { session in
            let rows = try session.run(
                """
                SELECT greatest(start,
                    (SELECT max(version) FROM aetheredge.object_history WHERE partition = $1 AND kind = $2),
                    (SELECT version FROM aetheredge.history_floors WHERE partition = $1 AND kind = $2))
                FROM aetheredge.partitions WHERE name = $1
                """, [.text(partition.rawValue), .text(kind.rawValue)])
            return ResourceVersion(UInt64(try rows.integer(0, 0)))
        }
    }

    /// Reads an object.
    static func selection(_ key: ObjectKey, _ partition: Partition) -> PostgresQuery {
        PostgresQuery(
            "SELECT data, version FROM aetheredge.objects WHERE partition = $1 AND kind = $2 AND name = $3",
            [.text(partition.rawValue), .text(key.kind.rawValue), .text(key.name)])
    }

    /// Reads the newest version, and that before the first.
    static func version(_ partition: Partition) -> PostgresQuery {
        PostgresQuery(
            "SELECT version, start FROM aetheredge.partitions WHERE name = $1", [.text(partition.rawValue)])
    }

    /// The object of an answer; nil without a row.
    static func decode(_ rows: PostgresRows, _ kind: KindName) throws -> APIObject? {
        rows.count == 0 ? nil : try decode(rows, row: 0, kind)
    }

    /// The object of a row with `data` and `version`.
    static func decode(_ rows: PostgresRows, row: Int, _ kind: KindName) throws -> APIObject {
        try StoredObject.decode(Data(try rows.bytes(row, 0)), kind: kind, version: try rows.integer(row, 1))
    }
}
