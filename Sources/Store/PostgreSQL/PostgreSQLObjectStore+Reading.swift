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

    /// A page of a list; of an older version for as long as the history reaches back to it.
    public func page(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion?
    ) async throws -> ObjectList {
        guard let version else { return try await objects(of: kind, limit: limit, after: name) }
        let partition = partition
        return try await perform("list \(kind.rawValue) objects of version \(version.value)") { session in
            let answers = try session.snapshot(
                [Self.version(partition), Self.floor(of: kind, partition)]
                    + Self.objects(of: kind, partition, limit: limit + 1, after: name, at: version))
            _ = try Self.held(version, kind, versions: answers[0], floor: answers[1])
            guard try !answers[2].boolean(0, 0) else { throw ObjectHistory.expiry(of: kind, version) }
            var items: [APIObject] = []
            items.reserveCapacity(answers[3].count)
            for row in 0..<answers[3].count {
                guard !answers[3].isNull(row, 0) else { throw ObjectHistory.expiry(of: kind, version) }
                items.append(try Self.decode(answers[3], row: row, kind))
            }
            guard items.count > limit else { return ObjectList(items: items, version: version) }
            items.removeLast(items.count - limit)
            return ObjectList(items: items, version: version, next: items.last?.metadata.name)
        }
    }

    /// Whether changes after a version are of an older program, which does not tell what they follow; and the objects
    /// as they were: those that have not changed since, and of the others what they were before their first change.
    private static func objects(
        of kind: KindName, _ partition: Partition, limit: Int, after name: String?, at version: ResourceVersion
    ) -> [PostgresQuery] {
        let kindArguments: [PostgresValue] = [
            .text(partition.rawValue), .text(kind.rawValue), .integer(Int64(clamping: version.value)),
        ]
        return [
            PostgresQuery(
                """
                SELECT EXISTS (SELECT 1 FROM aetheredge.object_history
                WHERE partition = $1 AND kind = $2 AND version > $3 AND name IS NULL)
                """, kindArguments),
            PostgresQuery(
                """
                SELECT data, version FROM (
                    (SELECT data, version, name FROM aetheredge.objects
                    WHERE partition = $1 AND kind = $2 AND version <= $3 AND name > $4 ORDER BY name LIMIT $5)
                    UNION ALL
                    (SELECT old.data, new.previous, new.name
                    FROM aetheredge.object_history AS new LEFT JOIN aetheredge.object_history AS old
                        ON old.partition = $1 AND old.version = new.previous
                    WHERE new.partition = $1 AND new.kind = $2 AND new.version > $3 AND new.previous <= $3
                        AND new.name > $4 ORDER BY new.name LIMIT $5)) AS o
                ORDER BY name LIMIT $5
                """, kindArguments + [.text(name ?? ""), .integer(Int64(limit))]),
        ]
    }

    /// Reads up to which version the history of a kind was cut.
    static func floor(of kind: KindName, _ partition: Partition) -> PostgresQuery {
        PostgresQuery(
            "SELECT version FROM aetheredge.history_floors WHERE partition = $1 AND kind = $2",
            [.text(partition.rawValue), .text(kind.rawValue)])
    }

    /// The newest version; throws `.expired` unless the history reaches back to the wanted one.
    static func held(
        _ wanted: ResourceVersion, _ kind: KindName, versions: PostgresRows, floor: PostgresRows
    ) throws -> ResourceVersion {
        let newest = ResourceVersion(UInt64(try versions.integer(0, 0)))
        let cut = floor.count == 0 ? 0 : try floor.integer(0, 0)
        let begin = ResourceVersion(UInt64(max(cut, try versions.integer(0, 1))))
        guard wanted >= begin, wanted <= newest else { throw ObjectHistory.expiry(of: kind, wanted) }
        return newest
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
