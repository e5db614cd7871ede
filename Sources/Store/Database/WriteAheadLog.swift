import GRDB
import GRDBSQLite
import Synchronization

/// The size of the write-ahead log, and when it moves into the database.
///
/// SQLite's own checkpoints are off, as they would make some commit wait. The owner checkpoints off the hot path; the
/// writer does so itself only at the bound, when nobody did for long.
final class WriteAheadLog: Sendable {
    /// Above this many pages of 4 KiB a checkpoint is due.
    static let duePages = 1_000
    /// At this many pages the writer checkpoints by itself.
    static let boundPages = 16_000
    private let pages = Atomic<Int>(0)

    /// Counts the pages of a writer's log from now on.
    init(of writer: DatabaseQueue) {
        writer.writeWithoutTransaction { attach(to: $0) }
    }

    /// Whether a checkpoint is due.
    var isDue: Bool { pages.load(ordering: .relaxed) >= Self.duePages }

    /// How many pages the log has.
    var pageCount: Int { pages.load(ordering: .relaxed) }

    /// Stops counting, so that SQLite no longer holds the log's address.
    func detach(from writer: DatabaseQueue) {
        writer.writeWithoutTransaction { database in
            guard let connection = database.sqliteConnection else { return }
            sqlite3_wal_hook(connection, nil, nil)
        }
    }

    /// Moves what it can into the database without waiting for anybody; returns whether all of it went.
    func checkpoint(_ database: Database) throws -> Bool {
        let isWhole = try database.firstRow("PRAGMA wal_checkpoint(PASSIVE)") { row in
            (row[0] as Int64) == 0 && (row[1] as Int64) == (row[2] as Int64)
        }
        if isWhole == true { pages.store(0, ordering: .relaxed) }
        return isWhole ?? true
    }

    /// Checkpoints on the writer when the log is at its bound; a failure shows itself at the next commit.
    func boundAfterCommit(_ database: Database) {
        guard pageCount >= Self.boundPages else { return }
        _ = try? checkpoint(database)
    }

    private func attach(to database: Database) {
        guard let connection = database.sqliteConnection else { return }
        // Safety: unretained, as the database owns both the log and the connection, and detaches before it closes.
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                // Safety: the context is the log that was given above.
                Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue()
                    .pages.store(Int(pages), ordering: .relaxed)
                return SQLITE_OK
            }, context)
    }
}

extension HostDatabase {
    /// Moves the write-ahead log into the database when it has grown past its threshold, and says whether it did.
    ///
    /// To be called regularly, off the hot path: commits go on meanwhile. It is bounded by the size of the log.
    @discardableResult
    public func checkpointIfDue() throws(StoreError) -> Bool {
        guard let path, log.isDue else { return false }
        do {
            let (isWhole, counters) = try reader.writeWithoutTransaction { database in
                try Self.requireOpen(database)
                return (try log.checkpoint(database), try Counter.highest(database))
            }
            try DatabaseOpening.highWaterMark(path: path).advance(beyond: counters)
            return isWhole
        } catch {
            throw StoreError(sqlite: error, act: "move the write-ahead log into the state database")
        }
    }

    /// Gives back the pages that both connections keep of what they read and wrote; they come back when needed.
    public func releaseMemory() throws(StoreError) {
        do {
            for connection in [writer, reader] {
                try connection.writeWithoutTransaction { database in
                    try Self.requireOpen(database)
                    try database.run("PRAGMA shrink_memory")
                }
            }
        } catch {
            throw StoreError(sqlite: error, act: "release the memory of the state database")
        }
    }
}
