import ControllerRuntime
import LinuxIO
import Logging
import Model
import Postgres
import ServiceLifecycle
import Store

/// Where the daemon's API objects are: in the state database, or in the fleet's PostgreSQL.
struct ObjectBackend: Sendable {
    /// What the API serves.
    let shared: any ObjectStore
    /// What the host's own controllers use: it goes on while PostgreSQL is away.
    let own: any ObjectStore
    /// Lets every watch tell its version.
    let publishBookmarks: @Sendable () async throws -> Void
    /// Why the objects cannot be had at the moment.
    let outage: @Sendable () -> StoreError?
    /// Changes of objects that no watch tells of, while PostgreSQL is away.
    var absorptions: AsyncStream<WatchEvent>? { postgres?.own.absorptions }
    private let postgres: (store: PostgreSQLObjectStore, own: RememberingObjectStore)?

    init(_ configuration: Configuration, _ database: HostDatabase, _ paths: Paths) throws {
        let local = SQLiteObjectStore(database)
        guard let settings = configuration.postgres else {
            shared = local
            own = local
            publishBookmarks = { try await local.publishBookmarks() }
            outage = { nil }
            postgres = nil
            return
        }
        let store = try settings.store(paths)
        let remembering = RememberingObjectStore(
            store, memory: database,
            kept: [SourceKind.descriptor.kind, BlueprintKind.descriptor.kind, ApprovalKind.descriptor.kind],
            absorbed: [SourceKind.descriptor.kind, BlueprintKind.descriptor.kind, EventKind.descriptor.kind])
        shared = store
        own = remembering
        publishBookmarks = {
            try await local.publishBookmarks()
            try await store.publishBookmarks()
        }
        outage = { store.outage ?? remembering.outage }
        postgres = (store, remembering)
    }

    /// What has to run for as long as the daemon does; `whenBack` is called when PostgreSQL answers again.
    func services(logger: Logger, whenBack: @escaping @Sendable () async -> Void) -> [(name: String, any Service)] {
        guard let postgres else { return [] }
        return [
            ("PostgreSQLFeed", FeedService(store: postgres.store)),
            ("PostgreSQLRecovery", RecoveryService(store: postgres.own, logger: logger, whenBack: whenBack)),
        ]
    }

    /// Ends the connections.
    func close() { postgres?.store.close() }
}

/// Hands changes in PostgreSQL to watchers.
private struct FeedService: Service {
    let store: PostgreSQLObjectStore

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do { try await store.run() } catch is CancellationError {}
        }
    }
}

/// Brings what PostgreSQL missed to it once it answers again.
private struct RecoveryService: Service {
    let store: RememberingObjectStore
    let logger: Logger
    let whenBack: @Sendable () async -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await store.run { error in
                    logger.error(
                        "PostgreSQL does not answer; the host is kept in its last known state meanwhile",
                        metadata: [
                            LogKey.messageID: "\(MessageID.databaseAway.rawValue)", LogKey.cause: "\(error)",
                        ])
                } whenBack: {
                    logger.notice(
                        "PostgreSQL answers again and was told what it missed",
                        metadata: [LogKey.messageID: "\(MessageID.databaseBack.rawValue)"])
                    await whenBack()
                }
            } catch is CancellationError {}
        }
    }
}
