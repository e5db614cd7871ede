import Model
import Store
import StoreTestSupport
import TestSupport
import Testing

@Suite struct ObjectStoreConformanceTests {
    @Test(arguments: ObjectStoreCheck.allCases)
    func `the SQLite store on disk keeps the law`(check: ObjectStoreCheck) async throws {
        let harness = ObjectStoreHarness<SQLiteObjectStore>(
            historyLimit: SQLiteObjectStore.historyLimit, bufferLimit: 1_024,
            restarted: { SQLiteObjectStore(try killedAndRestarted($0.database)) }
        ) { body in
            try await withDatabase { database, _ in try await body(SQLiteObjectStore(database)) }
        }
        try await ObjectStoreConformance(harness).run(check)
    }

    @Test(arguments: ObjectStoreCheck.allCases.filter { $0 != .everythingSurvivesARestart })
    func `the SQLite store in memory keeps the law`(check: ObjectStoreCheck) async throws {
        let harness = ObjectStoreHarness<SQLiteObjectStore>(
            historyLimit: SQLiteObjectStore.historyLimit, bufferLimit: 1_024, restarted: { $0 }
        ) { body in
            try await body(SQLiteObjectStore(try HostDatabase.inMemory()))
        }
        try await ObjectStoreConformance(harness).run(check)
    }
}
