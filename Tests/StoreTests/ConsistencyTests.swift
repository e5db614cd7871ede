import Glibc
import Model
import Postgres
import PostgresTestSupport
import Store
import StoreTestSupport
import Synchronization
import TestSupport
import Testing

/// Clients of one database while its server is killed, restarted and cut off: nothing acknowledged is lost, versions
/// only grow, watchers see each change once and in order, and no read is older than what was known.
///
/// `AETHEREDGE_CAMPAIGN=full` makes it as long as the figures that are quoted; `SEED` repeats a run.
@Suite(.needsPostgres) struct ConsistencyTests {
    private static var isFull: Bool { getenv("AETHEREDGE_CAMPAIGN").map { String(cString: $0) } == "full" }
    private static var seed: UInt64 {
        getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0..<1 << 32)
    }

    /// What can happen to a server.
    private enum Fault: CaseIterable {
        case sessionsTerminated
        case connectionsDropped
        case networkCut
        case restarted
        case crashed
        case processKilled
    }

    @Test func `a history with faults of every sort is sound in PostgreSQL`() async throws {
        let (faults, seed) = (Self.isFull ? 1_000 : 12, Self.seed)
        try await withPostgres { server in
            try await server.withProxy { proxy in
                let stores = Stores(server, proxy)
                let load = HistoryLoad(KindName(rawValue: "Role"), size: .init(), seed: seed) { name in
                    APIObject(kind: KindName(rawValue: "Role"), metadata: ObjectMeta(name: name), spec: [:])
                }
                var random = SeededGenerator(seed: seed)
                let history = try await withThrowingTaskGroup(of: Void.self) { feeds in
                    for store in try stores.make(3) {
                        feeds.addTask { do { try await store.run() } catch is CancellationError {} }
                    }
                    let history = try await load.run(connect: { stores.next() }) {
                        for number in 0..<faults {
                            let fault = Fault.allCases[number % Fault.allCases.count]
                            try await inflict(fault, server, proxy, &random)
                            try await progress(load, writes: Int.random(in: 5...20, using: &random))
                        }
                    }
                    feeds.cancelAll()
                    return history
                }
                stores.close()
                let findings = HistoryChecker.findings(in: history)
                #expect(findings == [], "SEED=\(seed)")
                #expect(history.watches.count >= 3)
                let unknown = history.writes.count { $0.outcome == .unknown }
                let figures =
                    "consistency: \(faults) faults, \(load.acknowledgedCount) writes acknowledged, \(unknown) unknown, "
                    + "\(history.reads.count) reads, \(history.watches.count) watches, \(findings.count) findings, "
                    + "SEED=\(seed)\n"
                let bytes = Array(figures.utf8)
                _ = write(2, bytes, bytes.count)
            }
        }
    }

    private func inflict(
        _ fault: Fault, _ server: PostgresServer, _ proxy: PostgresProxy, _ random: inout SeededGenerator
    ) async throws {
        switch fault {
        case .sessionsTerminated: try await server.terminateSessions(of: "history")
        case .connectionsDropped: proxy.drop()
        case .networkCut:
            proxy.block(true)
            // Long enough that clients give their connections up.
            try await server.administer("SELECT pg_sleep(1.5)::text")
            proxy.block(false)
        case .restarted, .crashed:
            try await server.stop(fault == .crashed ? .crash : .fast)
            try await server.start()
        case .processKilled:
            // The server recovers from its log when one of its processes is killed.
            let sessions = try await server.administer(
                "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'history'")
            if let process = sessions.randomElement(using: &random).flatMap({ Int32($0) }) { kill(process, SIGKILL) }
        }
    }

    /// Waits until so many more writes were acknowledged.
    private func progress(_ load: HistoryLoad, writes: Int) async throws {
        let goal = load.acknowledgedCount + writes
        while load.acknowledgedCount < goal { await Task.yield() }
    }

    /// The stores that the clients share, as so many processes would.
    private final class Stores: Sendable {
        private let server: PostgresServer
        private let proxy: PostgresProxy
        private let stores = Mutex<[PostgreSQLObjectStore]>([])
        private let taken = Atomic<Int>(0)

        init(_ server: PostgresServer, _ proxy: PostgresProxy) {
            self.server = server
            self.proxy = proxy
        }

        func make(_ count: Int) throws -> [PostgreSQLObjectStore] {
            let made = try (0..<count).map { _ in
                try PostgreSQLObjectStore(
                    server.configuration(
                        "application_name=history", through: proxy, connectTimeout: .seconds(2),
                        statementTimeout: .seconds(1)),
                    partition: Partition(rawValue: "history"), connections: 3, patience: .milliseconds(500),
                    backoff: ReconnectBackoff(initial: .milliseconds(5), maximum: .milliseconds(200)))
            }
            stores.withLock { $0 = made }
            return made
        }

        func next() -> PostgreSQLObjectStore {
            let number = taken.add(1, ordering: .relaxed).newValue
            return stores.withLock { $0[number % $0.count] }
        }

        func close() { for store in stores.withLock({ $0 }) { store.close() } }
    }
}
