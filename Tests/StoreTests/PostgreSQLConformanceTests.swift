import Model
import PostgresTestSupport
import Store
import StoreTestSupport
import Synchronization
import Testing

@Suite(.needsPostgres, .postgres) struct PostgreSQLConformanceTests {
    /// For each store one that is ready to take its place.
    private final class Spares: Sendable {
        private let spares = Mutex<[ObjectIdentifier: PostgreSQLObjectStore]>([:])

        func keep(_ spare: PostgreSQLObjectStore, for store: PostgreSQLObjectStore) {
            spares.withLock { $0[ObjectIdentifier(store)] = spare }
        }

        func take(for store: PostgreSQLObjectStore) throws -> PostgreSQLObjectStore {
            try #require(spares.withLock { $0.removeValue(forKey: ObjectIdentifier(store)) })
        }
    }

    @Test(arguments: ObjectStoreCheck.allCases)
    func `the PostgreSQL store keeps the law`(check: ObjectStoreCheck) async throws {
        let (server, spares) = (try PostgresServer.current, Spares())
        let harness = ObjectStoreHarness<PostgreSQLObjectStore>(
            historyLimit: PostgreSQLObjectStore.historyLimit, bufferLimit: 1_024,
            restarted: { store in
                store.close()
                return try spares.take(for: store)
            }
        ) { body in
            let partition = freshPartition()
            try await withStore(on: server, partition) { store in
                let isRestarted = [.everythingSurvivesARestart, .pagesShowOneVersion].contains(check)
                guard isRestarted else { return try await body(store) }
                try await withStore(on: server, partition) { spare in
                    spares.keep(spare, for: store)
                    try await body(store)
                }
            }
        }
        try await ObjectStoreConformance(harness).run(check)
    }
}
