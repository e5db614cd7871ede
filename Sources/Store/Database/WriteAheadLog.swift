import GRDB
import GRDBSQLite
import Synchronization

/// The size of the write-ahead log, and when it moves into the database.
///
/// SQLite's own checkpoints are off, as they would make some commit wait. The owner checkpoints off the hot path; a log
/// that grows faster than the owner comes is moved beside the commits, and the writer does so itself only at the bound,
/// when nobody could.
final class WriteAheadLog: Sendable {
    /// Above this many pages of 4 KiB a checkpoint is due.
    static let duePages = 1_000
    /// At this many pages a checkpoint begins at once, beside the commits: in a burst of changes.
    static let hastyPages = 12_000
    /// At this many pages the writer checkpoints by itself.
    static let boundPages = 16_000
    private let pages = Atomic<Int>(0)
    /// At how many pages the next checkpoint begins in haste; a log that could not be moved is tried again later.
    private let hasteAt = Atomic<Int>(WriteAheadLog.hastyPages)
    private let isMoving = Atomic<Bool>(false)

    /// Counts the pages of a writer's log from now on.
    init(of writer: DatabaseQueue) {
        writer.writeWithoutTransaction { attach(to: $0) }
    }

    /// Whether a checkpoint is due.
    var isDue: Bool { pages.load(ordering: .relaxed) >= Self.duePages }

    /// How many pages the log has.
    var pageCount: Int { pages.load(ordering: .relaxed) }

    /// Whether the caller is to begin a checkpoint for the size of the log; it says when it ended.
    func beginsInHaste() -> Bool {
        pageCount >= hasteAt.load(ordering: .relaxed) && !isMoving.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// Ends what `beginsInHaste` began.
    func endsHaste() {
        hasteAt.store(max(Self.hastyPages, pageCount + Self.duePages), ordering: .relaxed)
        isMoving.store(false, ordering: .releasing)
    }

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
        if isWhole == true {
            pages.store(0, ordering: .relaxed)
            hasteAt.store(Self.hastyPages, ordering: .relaxed)
        }
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
            return try checkpointer.writeWithoutTransaction { try checkpoint($0, path) }
        } catch {
            throw StoreError(sqlite: error, act: "move the write-ahead log into the state database")
        }
    }

    /// Begins to move a log that grew fast.
    ///
    /// Nobody waits for it: what it cannot do, the owner tries again.
    func checkpointWhereHasty() {
        guard let path, log.beginsInHaste() else { return }
        checkpointer.asyncWriteWithoutTransaction { database in
            defer { self.log.endsHaste() }
            // Commits go on meanwhile. What they added is little, and only a log that is moved whole begins anew.
            var rounds = 0
            while rounds < Self.hastyRounds, (try? self.checkpoint(database, path)) == false { rounds += 1 }
        }
    }

    private static var hastyRounds: Int { 3 }

    private func checkpoint(_ database: Database, _ path: String) throws -> Bool {
        try Self.requireOpen(database)
        let (isWhole, counters) = (try log.checkpoint(database), try Counter.highest(database))
        try DatabaseOpening.highWaterMark(path: path).advance(beyond: counters)
        return isWhole
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
