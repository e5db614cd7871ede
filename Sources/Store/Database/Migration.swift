/// One step of the schema; steps are applied in order, each in one transaction.
struct Migration: Sendable {
    /// The schema version after the step.
    let version: Int
    /// The statements.
    let sql: String

    /// Every step that this version knows, from an empty database on.
    static let all = [
        Migration(version: 1, sql: schema1), Migration(version: 2, sql: schema2), Migration(version: 3, sql: schema3),
        Migration(version: 4, sql: schema4),
    ]

    private static let schema1 = """
        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE objects (
            partition TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, uid TEXT NOT NULL,
            version INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (partition, kind, name));
        CREATE TABLE object_history (
            partition TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
            data BLOB NOT NULL, PRIMARY KEY (partition, kind, version));
        CREATE TABLE history_floors (
            partition TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL,
            PRIMARY KEY (partition, kind)) WITHOUT ROWID;

        CREATE TABLE runs (
            sequence INTEGER PRIMARY KEY, phase TEXT NOT NULL, settled INTEGER NOT NULL, version INTEGER NOT NULL,
            cause TEXT NOT NULL, commit_name TEXT NOT NULL, plan_hash TEXT NOT NULL, changes INTEGER NOT NULL,
            steps INTEGER NOT NULL, requested_by TEXT NOT NULL, message TEXT, created INTEGER NOT NULL,
            started INTEGER, completed INTEGER);
        CREATE INDEX runs_by_version ON runs (version);
        CREATE INDEX runs_unsettled ON runs (sequence) WHERE settled = 0;
        CREATE TABLE run_plans (run INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE steps (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE step_results (
            id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            state TEXT NOT NULL, message TEXT);
        CREATE INDEX step_results_by_run ON step_results (run);

        CREATE TABLE resources (
            name TEXT PRIMARY KEY, version INTEGER NOT NULL, created_version INTEGER NOT NULL, created INTEGER NOT NULL,
            phase TEXT NOT NULL, reason TEXT, message TEXT, since INTEGER NOT NULL, ready_since INTEGER NOT NULL,
            reconciling_since INTEGER NOT NULL, stalled_since INTEGER NOT NULL, last_run TEXT, drift BLOB, paused BLOB,
            approved BLOB, declared BLOB NOT NULL, before BLOB, pins BLOB);
        CREATE INDEX resources_by_version ON resources (version);
        CREATE INDEX resources_by_phase ON resources (phase);
        CREATE TABLE resource_tombstones (version INTEGER PRIMARY KEY, object BLOB NOT NULL);

        CREATE TABLE generations (
            number INTEGER PRIMARY KEY, state TEXT NOT NULL, message TEXT, description BLOB NOT NULL,
            resources INTEGER NOT NULL, created INTEGER NOT NULL, converged INTEGER);
        CREATE TABLE generation_resources (number INTEGER PRIMARY KEY, data BLOB NOT NULL, pins BLOB NOT NULL);

        CREATE TABLE contents (
            digest BLOB PRIMARY KEY, size INTEGER NOT NULL, stored INTEGER NOT NULL, form INTEGER NOT NULL,
            touched INTEGER NOT NULL, data BLOB);
        CREATE TABLE content_pins (
            id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, digests BLOB NOT NULL);
        CREATE INDEX content_pins_by_owner ON content_pins (owner);
        CREATE TABLE content_versions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, path TEXT NOT NULL, time INTEGER NOT NULL,
            digest BLOB NOT NULL, size INTEGER NOT NULL, run TEXT NOT NULL, metadata BLOB NOT NULL);
        CREATE INDEX content_versions_by_resource ON content_versions (resource, id);
        CREATE INDEX content_versions_by_digest ON content_versions (digest);
        """

    /// The name of the object and the version that the change follows; rows from before have neither.
    private static let schema2 = """
        ALTER TABLE object_history ADD COLUMN name TEXT;
        ALTER TABLE object_history ADD COLUMN previous INTEGER;
        """

    /// Values carry checksums from here on (`RowCoding`), which earlier versions cannot read; those from before have
    /// none until they are written again.
    private static let schema3 = "-- No table changes."

    /// What a generation leaves alone; those from before have nothing.
    private static let schema4 = "ALTER TABLE generation_resources ADD COLUMN withheld BLOB;"
}
