import Glibc
import Model
import PostgresTestSupport
import Store
import StoreTestSupport
import TestSupport
import Testing

/// Clients of the API while the daemon that serves it is killed, on each backend: nothing acknowledged is lost,
/// versions only grow, watchers see each change once and in order, and no read is older than what was known.
///
/// `AETHEREDGE_CAMPAIGN=full` makes it as long as the figures that are quoted; `SEED` repeats a run.
@Suite(.serialized) struct DaemonConsistencyTests {
    private static var isFull: Bool { getenv("AETHEREDGE_CAMPAIGN").map { String(cString: $0) } == "full" }
    private static var seed: UInt64 {
        getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0..<1 << 32)
    }

    /// Kills the daemon under load, so often, and judges what its clients saw.
    private func prove(
        _ daemon: KillableDaemon, _ backend: String, between: (_ number: Int) async throws -> Void = { _ in }
    ) async throws {
        let (kills, seed) = (Self.isFull ? 1_000 : 6, Self.seed)
        let kind = KindName(rawValue: "Role")
        let size = HistoryLoad.Size(objects: 4, writers: 3, readers: 2, watchers: 2)
        let load = HistoryLoad(kind, size: size, seed: seed) { name in
            APIObject(kind: kind, metadata: ObjectMeta(name: name), spec: ["rules": []])
        }
        try await daemon.start()
        var random = SeededGenerator(seed: seed)
        let socketPath = daemon.socketPath
        let history = try await load.run(connect: { try APIObjectStore(socketPath: socketPath) }) {
            for number in 0..<kills {
                let goal = load.acknowledgedCount + Int.random(in: 3...15, using: &random)
                while load.acknowledgedCount < goal { try await onOwnThread { _ = poll(nil, 0, 5) } }
                try await between(number)
                try await daemon.kill()
                try await daemon.start()
            }
        }
        let findings = HistoryChecker.findings(in: history)
        #expect(findings == [], "SEED=\(seed)")
        let unknown = history.writes.count { $0.outcome == .unknown }
        let figures =
            "consistency of the API on \(backend): \(kills) kills, \(load.acknowledgedCount) writes acknowledged, "
            + "\(unknown) unknown, \(history.reads.count) reads, \(history.watches.count) watches, "
            + "\(findings.count) findings, SEED=\(seed)\n"
        let bytes = Array(figures.utf8)
        _ = Glibc.write(2, bytes, bytes.count)
    }

    @Test func `a history with kills of the daemon is sound in the state database`() async throws {
        try await KillableDaemon.with { daemon in
            try daemon.configure("log: {level: info}")
            try await prove(daemon, "the state database")
        }
    }

    @Test(.needsPostgres) func `a history with kills of the daemon is sound in PostgreSQL`() async throws {
        try await withPostgres { server in
            try await KillableDaemon.with { daemon in
                try daemon.configure(
                    """
                    store: {postgres: {connection: "\(server.connectionString)", partition: consistent}}
                    """)
                try await prove(daemon, "PostgreSQL") { number in
                    if number.isMultiple(of: 3) { try await server.terminateSessions(of: "aetheredged") }
                }
            }
        }
    }
}
