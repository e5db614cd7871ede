import FoundationEssentials
import Model
import Postgres

/// One write on the thread of its connection.
struct PostgreSQLWrite {
    /// How a write ended.
    enum Outcome: Sendable {
        case done(APIObject)
        /// The connection was lost while the commit was under way.
        case unknown(APIObject, mark: Int64, PostgresError)
    }

    /// What is found of a write whose outcome is unknown.
    enum Trace: Sendable {
        case committed
        case absent
        /// The history no longer reaches back to it.
        case forgotten
    }

    /// Once in so many versions, what is over a bound is cut; until then it is that much over.
    private static let sweepInterval: Int64 = 64
    private let session: PostgresSession
    private let partition: Partition
    private let limits: [KindName: Int]
    private let lease: Lease?

    init(_ session: PostgresSession, partition: Partition, limits: [KindName: Int], under lease: Lease?) {
        self.session = session
        self.partition = partition
        self.limits = limits
        self.lease = lease
    }

    /// Decides with the partition locked, and stores what was decided.
    func run(_ key: ObjectKey, _ durability: Durability, _ decide: PostgreSQLObjectStore.Decide) throws -> Outcome {
        do {
            let (stored, version) = try begin(key, durability)
            let decision = try decide(stored) { key in
                try session.run([PostgreSQLObjectStore.selection(key, partition)])[0].count == 0
            }
            guard case .store(var object, let change) = decision else {
                try session.run("ROLLBACK")
                if case .keep(let object) = decision { return .done(object) }
                preconditionFailure("a decision stores or keeps")
            }
            object.metadata.resourceVersion = ResourceVersion(UInt64(version + 1))
            return try commit(object, change, of: stored, try StoredObject.encode(object))
        } catch {
            // If it fails the connection is closed, which ends the transaction too.
            if !session.isBroken, session.isInTransaction { _ = try? session.run("ROLLBACK") }
            throw error
        }
    }

    private func begin(_ key: ObjectKey, _ durability: Durability) throws -> (APIObject?, version: Int64) {
        var queries = [PostgresQuery("BEGIN")]
        if durability == .deferred { queries.append(PostgresQuery("SET LOCAL synchronous_commit = off")) }
        if let lease { queries.append(LeaseTable.holding(lease)) }
        queries.append(Self.locking(partition))
        queries.append(PostgreSQLObjectStore.selection(key, partition))
        let answers = try session.run(queries)
        if let lease, answers[answers.count - 3].count == 0 { throw LeaseTable.fenced(lease) }
        let row = answers[answers.count - 2]
        guard row.count == 1 else {
            throw StoreError(.corrupt, "the partition '\(partition.rawValue)' has lost its row; restore the database")
        }
        return (try PostgreSQLObjectStore.decode(answers[answers.count - 1], key.kind), try row.integer(0, 0))
    }

    private func commit(
        _ object: APIObject, _ change: ObjectHistory.Change, of stored: APIObject?, _ data: Data
    ) throws -> Outcome {
        let version = Int64(object.metadata.resourceVersion?.value ?? 0)
        let mark = Int64.random(in: .min ... .max)
        let previous = stored?.metadata.resourceVersion.map { Int64($0.value) }
        var queries = previous == nil ? [] : [keep(object.key)]
        queries += store(object, change, previous: previous, [UInt8](data), version, mark)
        if version % Self.sweepInterval == 0 { queries += sweep(mark) }
        queries.append(
            PostgresQuery(
                "SELECT pg_notify($1, $2)",
                [.text(PostgreSQLPartition.channel(partition)), .text("\(version)")]))
        queries.append(PostgresQuery("COMMIT"))
        do throws(PostgresError) { try session.run(queries) } catch {
            guard error.code == .lost || error.code == .timeout || error.code == .closed else { throw error }
            return .unknown(object, mark: mark, error)
        }
        return .done(object)
    }

    /// Keeps an object as it is before it changes, unless the window has it.
    private func keep(_ key: ObjectKey) -> PostgresQuery {
        PostgresQuery(
            """
            INSERT INTO aetheredge.object_history (partition, version, kind, change, mark, data, name)
            SELECT $1, version, $2, \(ObjectHistory.Change.modified.rawValue), 0, data, $3 FROM aetheredge.objects
            WHERE partition = $1 AND kind = $2 AND name = $3 AND version <= greatest(
                (SELECT start FROM aetheredge.partitions WHERE name = $1),
                (SELECT version FROM aetheredge.history_floors WHERE partition = $1 AND kind = $2))
            ON CONFLICT DO NOTHING
            """, [.text(partition.rawValue), .text(key.kind.rawValue), .text(key.name)])
    }

    private func store(
        _ object: APIObject, _ change: ObjectHistory.Change, previous: Int64?, _ data: [UInt8], _ version: Int64,
        _ mark: Int64
    ) -> [PostgresQuery] {
        let partition = PostgresValue.text(partition.rawValue)
        let (kind, name) = (PostgresValue.text(object.kind.rawValue), PostgresValue.text(object.metadata.name))
        let row =
            change == .deleted
            ? PostgresQuery(
                "DELETE FROM aetheredge.objects WHERE partition = $1 AND kind = $2 AND name = $3",
                [partition, kind, name])
            : PostgresQuery(
                """
                INSERT INTO aetheredge.objects (partition, kind, name, uid, version, data)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (partition, kind, name) DO UPDATE SET
                    uid = excluded.uid, version = excluded.version, data = excluded.data
                """,
                [partition, kind, name, .text(object.metadata.uid ?? ""), .integer(version), .bytes(data)])
        return [
            PostgresQuery(
                "UPDATE aetheredge.partitions SET version = $2 WHERE name = $1", [partition, .integer(version)]),
            row,
            PostgresQuery(
                """
                INSERT INTO aetheredge.object_history (partition, version, kind, change, mark, data, name, previous)
                VALUES ($1, $2, $3, $4::bigint, $5, $6, $7, $8)
                """,
                [
                    partition, .integer(version), kind, .integer(change.rawValue), .integer(mark), .bytes(data), name,
                    previous.map { .integer($0) } ?? .null,
                ]),
        ]
    }

    /// Cuts the windows of all kinds to their bound, but for what an object was before its first change within one, and
    /// removes the objects of limited kinds that were written longest ago.
    private func sweep(_ mark: Int64) -> [PostgresQuery] {
        let partition = PostgresValue.text(partition.rawValue)
        let cut = PostgresQuery(
            """
            WITH floors AS (
                SELECT kind, (SELECT version FROM aetheredge.object_history AS h
                    WHERE h.partition = $1 AND h.kind = k.kind AND h.version > coalesce(
                        (SELECT version FROM aetheredge.history_floors AS f
                        WHERE f.partition = $1 AND f.kind = k.kind), 0)
                    ORDER BY version DESC LIMIT 1 OFFSET $2) AS floor
                FROM (SELECT DISTINCT kind FROM aetheredge.object_history WHERE partition = $1) AS k),
            needed AS (
                SELECT h.previous FROM aetheredge.object_history AS h JOIN floors ON h.kind = floors.kind
                WHERE h.partition = $1 AND h.version > floors.floor AND h.previous <= floors.floor),
            cut AS (
                DELETE FROM aetheredge.object_history AS h USING floors
                WHERE h.partition = $1 AND h.kind = floors.kind AND h.version <= floors.floor
                    AND h.version NOT IN (SELECT previous FROM needed))
            INSERT INTO aetheredge.history_floors (partition, kind, version)
            SELECT $1, kind, floor FROM floors WHERE floor IS NOT NULL
            ON CONFLICT (partition, kind) DO UPDATE SET version = excluded.version
            """, [partition, .integer(Int64(PostgreSQLObjectStore.historyLimit))])
        return [cut]
            + limits.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, limit in
                PostgresQuery(
                    """
                    WITH old AS (
                        SELECT name FROM aetheredge.objects WHERE partition = $1 AND kind = $2
                        ORDER BY version DESC OFFSET $3),
                    gone AS (
                        DELETE FROM aetheredge.objects AS o USING old
                        WHERE o.partition = $1 AND o.kind = $2 AND o.name = old.name
                        RETURNING o.name, o.version, o.data),
                    kept AS (
                        INSERT INTO aetheredge.object_history (partition, version, kind, change, mark, data, name)
                        SELECT $1, version, $2, \(ObjectHistory.Change.modified.rawValue), 0, data, name FROM gone
                        WHERE version <= greatest(
                            (SELECT start FROM aetheredge.partitions WHERE name = $1),
                            (SELECT version FROM aetheredge.history_floors WHERE partition = $1 AND kind = $2))
                        ON CONFLICT DO NOTHING),
                    numbered AS (
                        SELECT name, version, data, row_number() OVER (ORDER BY version) AS number FROM gone),
                    raised AS (
                        UPDATE aetheredge.partitions SET version = version + (SELECT count(*) FROM gone)
                        WHERE name = $1 RETURNING version - (SELECT count(*) FROM gone) AS base)
                    INSERT INTO aetheredge.object_history
                        (partition, version, kind, change, mark, data, name, previous)
                    SELECT $1, base + number, $2, \(ObjectHistory.Change.deleted.rawValue), $4, data, name, version
                    FROM numbered, raised
                    """, [partition, .text(kind.rawValue), .integer(Int64(limit)), .integer(mark)])
            }
    }

    /// Looks for a write by its version and mark.
    ///
    /// The partition's row is free only once the lost transaction has ended one way or the other.
    static func trace(
        _ session: PostgresSession, partition: Partition, version: Int64, mark: Int64
    ) throws -> Trace {
        let name = PostgresValue.text(partition.rawValue)
        let answers = try session.run([
            PostgresQuery("BEGIN"), locking(partition),
            PostgresQuery(
                "SELECT mark FROM aetheredge.object_history WHERE partition = $1 AND version = $2",
                [name, .integer(version)]),
            PostgresQuery(
                "SELECT coalesce(max(version), 0) FROM aetheredge.history_floors WHERE partition = $1", [name]),
            PostgresQuery("COMMIT"),
        ])
        if answers[2].count == 1, try answers[2].integer(0, 0) == mark { return .committed }
        // Before the windows the history has rows of changes that are forgotten, without their marks.
        return try answers[3].integer(0, 0) >= version ? .forgotten : .absent
    }

    private static func locking(_ partition: Partition) -> PostgresQuery {
        PostgresQuery(
            "SELECT version FROM aetheredge.partitions WHERE name = $1 FOR UPDATE", [.text(partition.rawValue)])
    }
}
