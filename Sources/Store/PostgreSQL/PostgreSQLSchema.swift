import Model
import Postgres

/// The tables of the fleet's store, in a schema `aetheredge` of their own.
struct PostgreSQLSchema: Sendable {
    /// One step; steps are applied in order, all that are missing in one transaction.
    struct Step: Sendable {
        let version: Int64
        let statements: [String]
    }

    /// Every step that this version knows, from an empty database on.
    static let all = [Step(version: 1, statements: schema1), Step(version: 2, statements: schema2)]
    /// Only one session migrates: the bytes of `AEDB` and its place.
    private static let advisoryKey: Int64 = 0x4145_4442_0000_0001
    private let steps: [Step]

    init(steps: [Step] = all) { self.steps = steps }

    /// Brings the tables to the newest step; throws `.schemaTooNew` for those of a later version of this program.
    func migrate(_ session: PostgresSession) throws {
        let newest = steps.last?.version ?? 0
        if try stored(session, newest: newest) == newest { return }
        try session.run([
            PostgresQuery("BEGIN"), PostgresQuery("SELECT pg_advisory_xact_lock($1)", [.integer(Self.advisoryKey)]),
        ])
        // Another session may have done it while this one waited.
        let version = try stored(session, newest: newest)
        var statements = steps.filter { $0.version > version }.flatMap(\.statements)
        if version == 0 {
            statements.insert("CREATE SCHEMA IF NOT EXISTS aetheredge", at: 0)
            statements.insert("CREATE TABLE aetheredge.schema_version (version bigint NOT NULL)", at: 1)
            statements.append("INSERT INTO aetheredge.schema_version VALUES (0)")
        }
        statements.append("UPDATE aetheredge.schema_version SET version = \(newest)")
        statements.append("COMMIT")
        try session.run(statements.map { PostgresQuery($0, isPrepared: false) })
    }

    private func stored(_ session: PostgresSession, newest: Int64) throws -> Int64 {
        // Not with to_regclass(): what it looks up is cached, and may be older than the lock.
        let isThere = try session.run(
            """
            SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace
            WHERE nspname = 'aetheredge' AND relname = 'schema_version')
            """
        ).boolean(0, 0)
        guard isThere else { return 0 }
        let rows = try session.run("SELECT version FROM aetheredge.schema_version")
        let version = rows.count == 0 ? 0 : try rows.integer(0, 0)
        guard version <= newest else {
            throw StoreError(
                .schemaTooNew,
                "cannot use the database: its schema is version \(version), this program knows \(newest); "
                    + "install the version that wrote it, or a newer one")
        }
        return version
    }

    /// `data` is compressed already where that pays.
    ///
    /// The rows of `incarnations` are gone whenever the server recovers from a crash or a standby takes over, for the
    /// table is unlogged; see `PostgreSQLPartition`. `mark` tells a writer that lost its connection whether a version
    /// is its own.
    private static let schema1 = [
        """
        CREATE TABLE aetheredge.partitions (
            name text COLLATE "C" PRIMARY KEY, owner text, version bigint NOT NULL, start bigint NOT NULL)
        WITH (fillfactor = 50)
        """,
        """
        CREATE UNLOGGED TABLE aetheredge.incarnations (
            partition text COLLATE "C" PRIMARY KEY, relation oid NOT NULL)
        """,
        """
        CREATE TABLE aetheredge.objects (
            partition text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            uid text NOT NULL, version bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (partition, kind, name))
        """,
        "ALTER TABLE aetheredge.objects ALTER COLUMN data SET STORAGE EXTERNAL",
        "CREATE INDEX objects_by_version ON aetheredge.objects (partition, kind, version)",
        """
        CREATE TABLE aetheredge.object_history (
            partition text COLLATE "C" NOT NULL, version bigint NOT NULL, kind text COLLATE "C" NOT NULL,
            change smallint NOT NULL, mark bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (partition, version))
        """,
        "ALTER TABLE aetheredge.object_history ALTER COLUMN data SET STORAGE EXTERNAL",
        "CREATE INDEX object_history_by_kind ON aetheredge.object_history (partition, kind, version)",
        """
        CREATE TABLE aetheredge.history_floors (
            partition text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, version bigint NOT NULL,
            PRIMARY KEY (partition, kind))
        """,
        """
        CREATE TABLE aetheredge.leases (
            name text COLLATE "C" PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL,
            renewed timestamptz NOT NULL, expires timestamptz NOT NULL)
        """,
    ]

    /// The name of the object and the version that the change follows; rows of older programs have neither.
    private static let schema2 = [
        "ALTER TABLE aetheredge.object_history ADD COLUMN name text COLLATE \"C\", ADD COLUMN previous bigint"
    ]
}
