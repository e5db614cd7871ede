import FoundationEssentials
import Model
import Postgres

/// Hands the history of a partition to its watchers, each change once, in the order of versions.
///
/// Notifications only say that there is something to read: what is handed out follows from the position and the history
/// table, so a lost connection loses nothing.
actor PostgreSQLWatchFeed {
    /// So many changes are read at a time.
    private static let batch = 256

    /// What is found after a position.
    private struct Finding: Sendable {
        /// The newest version, and that before the first, when it was read.
        var newest: Int64
        var start: Int64
        /// Kinds whose window was cut beyond the position.
        var cutKinds: [KindName] = []
        var changes: [Change] = []
    }

    private struct Change: Sendable {
        let version: Int64
        let kind: KindName
        let event: Result<WatchEvent, StoreError>
    }

    private let partition: Partition
    private let hub: WatchHub
    /// Opens once changes are handed out as they come.
    nonisolated let gate = StartGate()
    /// Everything up to here was handed out; nil before the first connection.
    private var position: Int64?

    init(_ partition: Partition, _ hub: WatchHub) {
        self.partition = partition
        self.hub = hub
    }

    /// Whether everything up to a version was handed out.
    func hasReached(_ version: Int64) -> Bool { position.map { $0 >= version } ?? false }

    /// Reads what came after the position, and hands it out.
    func catchUp(_ listener: PostgresListener) async throws {
        var isAtEnd = false
        while !isAtEnd {
            let (partition, position) = (partition, position)
            let finding = try await listener.withSession { session in
                try Self.read(session, partition, after: position)
            }
            isAtEnd = hand(out: finding)
        }
    }

    /// Tells every watcher how far it is.
    func publishBookmark() {
        guard let position else { return }
        hub.publishBookmark(ResourceVersion(UInt64(position)), in: partition)
    }

    /// Answers whether nothing more is known to be there.
    private func hand(out finding: Finding) -> Bool {
        defer { gate.open() }
        guard let position else {
            position = finding.newest
            return true
        }
        guard finding.start <= position else {
            // Who began after that has missed nothing, and goes on from there.
            let start = ResourceVersion(UInt64(finding.start))
            hub.finish(
                in: partition, before: start,
                Self.expiry("the database was restored, replaced, or has lost its last writes"))
            self.position = finding.start
            return false
        }
        for kind in finding.cutKinds {
            hub.finish(kind, in: partition, Self.expiry("more of it changed than is remembered"))
        }
        for change in finding.changes {
            switch change.event {
            case .success(let event): hub.publish([event], of: change.kind, in: partition)
            case .failure(let error): hub.finish(change.kind, in: partition, error)
            }
            self.position = change.version
        }
        guard finding.changes.count < Self.batch else { return false }
        self.position = max(finding.newest, self.position ?? 0)
        return true
    }

    private static func expiry(_ reason: String) -> StoreError {
        StoreError(.expired, "a watch cannot go on: \(reason); list again and watch from there")
    }

    private static func read(
        _ session: PostgresSession, _ partition: Partition, after position: Int64?
    ) throws -> Finding {
        let arguments: [PostgresValue] = [.text(partition.rawValue), .integer(position ?? .max)]
        let answers = try session.snapshot([
            PostgreSQLObjectStore.version(partition),
            PostgresQuery(
                "SELECT kind FROM aetheredge.history_floors WHERE partition = $1 AND version > $2", arguments),
            PostgresQuery(
                """
                SELECT data, version, kind, change FROM aetheredge.object_history
                WHERE partition = $1 AND version > $2 ORDER BY version LIMIT \(batch)
                """, arguments),
        ])
        var finding = Finding(newest: try answers[0].integer(0, 0), start: try answers[0].integer(0, 1))
        for row in 0..<answers[1].count { finding.cutKinds.append(KindName(rawValue: try answers[1].text(row, 0))) }
        for row in 0..<answers[2].count { finding.changes.append(try change(answers[2], row)) }
        return finding
    }

    private static func change(_ rows: PostgresRows, _ row: Int) throws -> Change {
        let kind = KindName(rawValue: try rows.text(row, 2))
        let event: Result<WatchEvent, StoreError>
        do { event = .success(try PostgreSQLObjectStore.event(rows, row: row, kind)) } catch let error as StoreError {
            event = .failure(error)
        }
        return Change(version: try rows.integer(row, 1), kind: kind, event: event)
    }
}
