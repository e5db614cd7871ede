import Model
import Postgres

/// The leases of a fleet, in its database.
///
/// What keeps two holders apart is not time but the epoch: a fenced write holds the lease's row to the end of its
/// commit, so that a lease changes hands between writes only, and a write under an older epoch is refused in its own
/// transaction.
public struct LeaseTable: Sendable {
    private let store: PostgreSQLObjectStore

    init(_ store: PostgreSQLObjectStore) { self.store = store }

    /// Takes a lease that nobody has, whose time is over, or that the holder has already, under a new epoch; otherwise
    /// says who has it.
    ///
    /// `silent` is a record that the caller has seen unchanged for the whole time of a lease, by a clock of its own: it
    /// is over too, even if the database's clock was set back.
    public func acquire(
        _ name: String, holder: String, for duration: Duration, over silent: LeaseRecord? = nil
    ) async throws -> LeaseAnswer {
        try await store.perform("acquire the lease '\(name)'") { session in
            let answers = try session.run([
                PostgresQuery("BEGIN"),
                PostgresQuery(
                    """
                    INSERT INTO aetheredge.leases (name, holder, epoch, renewed, expires)
                    VALUES ($1, '', 0, to_timestamp(0), to_timestamp(0)) ON CONFLICT DO NOTHING
                    """, [.text(name)]),
                // Waits for writes under the lease that are being committed.
                PostgresQuery("SELECT 1 FROM aetheredge.leases WHERE name = $1 FOR UPDATE", [.text(name)]),
                PostgresQuery(
                    """
                    UPDATE aetheredge.leases SET holder = $2, epoch = epoch + 1, renewed = clock_timestamp(),
                        expires = clock_timestamp() + $3 * interval '1 microsecond'
                    WHERE name = $1 AND (holder = $2 OR expires <= clock_timestamp()
                        OR (epoch = $4 AND (extract(epoch FROM renewed) * 1000000)::bigint = $5))
                    """,
                    [
                        .text(name), .text(holder), .integer(Self.microseconds(duration)),
                        .integer(silent?.epoch ?? -1),
                        .integer((silent?.renewed.nanoseconds ?? 0) / 1_000),
                    ]),
                Self.selection(name),
                PostgresQuery("COMMIT"),
            ])
            let record = try Self.record(answers[4])
            guard answers[3].changedCount == 1, let record else {
                guard let record else { throw StoreError(.corrupt, "the lease '\(name)' has lost its row; try again") }
                return .held(record)
            }
            return .acquired(Lease(name: name, holder: holder, epoch: record.epoch))
        }
    }

    /// Keeps a lease for longer; false when it is another's now.
    public func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
        try await store.perform("renew the lease '\(lease.name)'") { session in
            let answer = try session.run(
                """
                UPDATE aetheredge.leases SET renewed = clock_timestamp(),
                    expires = clock_timestamp() + $3 * interval '1 microsecond'
                WHERE name = $1 AND epoch = $2
                """, [.text(lease.name), .integer(lease.epoch), .integer(Self.microseconds(duration))])
            return answer.changedCount == 1
        }
    }

    /// Gives a lease back, so that another need not wait for its end; writes under it are refused from then on.
    public func release(_ lease: Lease) async throws {
        try await store.perform("give back the lease '\(lease.name)'") { session in
            _ = try session.run([
                PostgresQuery("BEGIN"),
                PostgresQuery("SELECT 1 FROM aetheredge.leases WHERE name = $1 FOR UPDATE", [.text(lease.name)]),
                PostgresQuery(
                    """
                    UPDATE aetheredge.leases SET holder = '', epoch = epoch + 1, expires = clock_timestamp()
                    WHERE name = $1 AND epoch = $2
                    """, [.text(lease.name), .integer(lease.epoch)]),
                PostgresQuery("COMMIT"),
            ])
        }
    }

    /// Who has a lease; nil when nobody ever had.
    public func record(_ name: String) async throws -> LeaseRecord? {
        try await store.perform("read the lease '\(name)'") { session in
            try Self.record(try session.run([Self.selection(name)])[0])
        }
    }

    /// Holds a lease's row against a change of hands, to the end of the transaction; a renewal may pass.
    static func holding(_ lease: Lease) -> PostgresQuery {
        PostgresQuery(
            "SELECT 1 FROM aetheredge.leases WHERE name = $1 AND epoch = $2 FOR KEY SHARE",
            [.text(lease.name), .integer(lease.epoch)])
    }

    /// A write under a lease that is another's now.
    static func fenced(_ lease: Lease) -> StoreError {
        StoreError(
            .fenced,
            "'\(lease.holder)' cannot write under epoch \(lease.epoch) of the lease '\(lease.name)': "
                + "it has changed hands; stop what is done under it"
        )
    }

    private static func selection(_ name: String) -> PostgresQuery {
        PostgresQuery(
            """
            SELECT holder, epoch, (extract(epoch FROM renewed) * 1000000)::bigint,
                (extract(epoch FROM expires) * 1000000)::bigint
            FROM aetheredge.leases WHERE name = $1
            """, [.text(name)])
    }

    private static func record(_ rows: PostgresRows) throws -> LeaseRecord? {
        guard rows.count == 1 else { return nil }
        return LeaseRecord(
            holder: try rows.text(0, 0), epoch: try rows.integer(0, 1),
            renewed: WallTime(nanoseconds: try rows.integer(0, 2) * 1_000),
            expires: WallTime(nanoseconds: try rows.integer(0, 3) * 1_000))
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
