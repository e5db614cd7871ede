public import Model
public import Postgres

/// The objects of one partition in PostgreSQL, for a fleet: any number of processes may use one partition.
///
/// It connects when it is used, and again after a loss. A short outage is waited for; in a longer one every operation
/// throws `.unavailable` at once. Watches are fed by `run`, which has to run for as long as there are any.
public final class PostgreSQLObjectStore: ObjectStore {
    /// So many changes of each kind are remembered for watchers that reconnect.
    public static let historyLimit = 1_024
    /// Attempts of one operation; the window of an outage usually ends it before.
    private static let attemptsMaximum = 64

    let partition: Partition
    let rules: ObjectWriteRules
    let limits: [KindName: Int]
    let pool: PostgresPool
    let listener: PostgresListener
    let feed: PostgreSQLWatchFeed
    let hub = WatchHub()
    /// An outage that is not longer than this is waited for.
    let patience: Duration
    let sleep: @Sendable (Duration) async throws -> Void
    private let server: String

    /// Describes a store, and starts its threads; nothing is connected yet.
    ///
    /// With an `owner`, a partition is that machine's alone: to another it is `.conflict`. Kinds in `limits` keep at
    /// most so many objects: creating one more removes those that were written longest ago. `backoff` and `clock` are
    /// for the attempts to connect, `wallTime` for the times of objects.
    public init(
        _ configuration: PostgresConfiguration, partition: Partition, owner: String? = nil, connections: Int = 4,
        patience: Duration = .seconds(2), backoff: ReconnectBackoff = ReconnectBackoff(),
        clock: some Clock<Duration> = ContinuousClock(), wallTime: @escaping @Sendable () -> WallTime = systemWallTime,
        identifier: @escaping @Sendable () -> String = randomIdentifier,
        limits: [KindName: Int] = [EventKind.descriptor.kind: 1_000]
    ) throws(StoreError) {
        self.partition = partition
        self.limits = limits
        self.patience = patience
        rules = ObjectWriteRules(clock: wallTime, identifier: identifier)
        sleep = { try await clock.sleep(for: $0) }
        server = "\(configuration)"
        let preparation: PostgresConnection.Preparation = { session in
            try session.run(
                """
                SELECT set_config('synchronous_commit', 'on', false)
                WHERE current_setting('synchronous_commit') = 'off'
                """)
            try PostgreSQLSchema().migrate(session)
            try PostgreSQLPartition.join(partition, session)
            if let owner { try PostgreSQLPartition.claim(partition, for: owner, session) }
        }
        do throws(PostgresError) {
            pool = try PostgresPool(
                name: "pg", configuration: configuration, connections: connections, backoff: backoff, clock: clock,
                preparation: preparation)
            listener = try PostgresListener(
                name: "pg-watch", configuration: configuration, channels: [PostgreSQLPartition.channel(partition)],
                backoff: backoff, clock: clock, preparation: preparation)
        } catch {
            throw StoreError(postgres: error, act: "use the database \(configuration)")
        }
        feed = PostgreSQLWatchFeed(partition, hub)
    }

    /// The objects' database in words, without secrets.
    public var description: String { server }

    /// Why the database cannot be used, while it cannot.
    public var outage: StoreError? {
        pool.outage.map { StoreError(postgres: $0, act: "use the database \(server)") }
    }

    /// Hands the changes of the partition to the watchers until it is cancelled; once only.
    ///
    /// Over a loss of the connection watchers stay: what was changed meanwhile is read from the history.
    public func run() async throws {
        try await listener.run { event in
            switch event {
            case .connected: try await feed.catchUp(listener)
            case .notified(let notification):
                if let version = Int64(notification.payload), await feed.hasReached(version) { return }
                try await feed.catchUp(listener)
            case .lost: break
            }
        }
    }

    /// Tells every watcher that nothing changed up to what was handed out last.
    public func publishBookmarks() async throws { await feed.publishBookmark() }

    /// Ends every connection and every watch.
    public func close() {
        pool.close()
        listener.close()
        hub.finishAll(StoreError(.unavailable, "the store was closed"))
    }

    /// Runs a body that may be repeated: for as long as the database is away for a short time only, and when its
    /// transaction met another.
    func perform<Result: Sendable>(
        _ act: @autoclosure @Sendable () -> String, _ body: @Sendable @escaping (PostgresSession) throws -> Result
    ) async throws -> Result {
        var attempts = 0
        while true {
            do { return try await pool.run(body) } catch let error as PostgresError {
                attempts += 1
                let isWorthwhile =
                    error.isOutage || error.state == .serializationFailure || error.state == .deadlock
                let isRepeated =
                    isWorthwhile && attempts < Self.attemptsMaximum
                    ? try await pool.waitForNextAttempt(window: patience) : false
                if !isRepeated { throw StoreError(postgres: error, act: act()) }
            }
        }
    }
}
