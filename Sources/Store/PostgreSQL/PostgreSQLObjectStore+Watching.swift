public import Model
import Postgres

extension PostgreSQLObjectStore {
    /// The changes of a kind after a version.
    ///
    /// A place among the watchers is taken before what was missed is read, and everything after what was read comes
    /// from the feed: nothing falls between, and nothing comes twice.
    public func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        try await waitForFeed(kind)
        let place = try hub.reserve(kind, in: partition)
        do {
            let partition = partition
            let (missed, newest) = try await perform("watch \(kind.rawValue) objects") { session in
                try Self.missed(kind, partition, after: version, session)
            }
            return try hub.begin(place, missed: missed, after: newest)
        } catch {
            hub.abandon(place)
            throw error
        }
    }

    /// What a row of the history tells watchers: `data`, `version`, `kind`, `change`.
    static func event(_ rows: PostgresRows, row: Int, _ kind: KindName) throws -> WatchEvent {
        guard let change = ObjectHistory.Change(rawValue: try rows.integer(row, 3)) else {
            throw StoreError(.corrupt, "cannot read the history of '\(kind.rawValue)': a change is of no known sort")
        }
        return change.event(try decode(rows, row: row, kind))
    }

    private static func missed(
        _ kind: KindName, _ partition: Partition, after wanted: ResourceVersion, _ session: PostgresSession
    ) throws -> ([WatchEvent], newest: ResourceVersion) {
        let arguments: [PostgresValue] = [.text(partition.rawValue), .text(kind.rawValue)]
        let answers = try session.snapshot([
            version(partition), floor(of: kind, partition),
            PostgresQuery(
                """
                SELECT data, version, kind, change FROM aetheredge.object_history
                WHERE partition = $1 AND kind = $2 AND version > $3 ORDER BY version
                """, arguments + [.integer(Int64(clamping: wanted.value))]),
        ])
        let newest = try held(wanted, kind, versions: answers[0], floor: answers[1])
        return (try (0..<answers[2].count).map { try event(answers[2], row: $0, kind) }, newest)
    }

    /// The feed has to have a position before a watcher joins it.
    private func waitForFeed(_ kind: KindName) async throws {
        if feed.gate.isOpen { return }
        let (gate, sleep, patience) = (feed.gate, sleep, patience)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gate.wait() }
            group.addTask {
                try await sleep(patience)
                throw StoreError(
                    .unavailable, "cannot watch \(kind.rawValue) objects: the database does not answer; try again")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
