import GRDB
import LinuxIO
public import Model
import Synchronization

/// The state database of a host, `state.db`: API objects, the run journal, resource rows, generations and small blobs.
///
/// One connection writes; every write is one transaction, and what watchers hear comes in the order of commits. Another
/// connection reads, and a third moves the write-ahead log into the database, so that none waits for another. Every
/// method that is not `async` blocks, and belongs on a thread of its caller's own.
public final class HostDatabase: Sendable {
    /// What opening found wrong with the database that was there; the daemon then rebuilds from git and host.
    public let recovery: DatabaseRecovery?
    /// Where the database stands; nil for one in memory.
    public let path: String?

    let writer: DatabaseQueue
    let reader: DatabaseQueue
    let checkpointer: DatabaseQueue
    let thread: StoreThread
    let hub = WatchHub()
    let signals = ChangeSignals()
    let resourceHold = ResourceHold()
    let phaseCounts = PhaseCounts()
    let log: WriteAheadLog
    let simulatedDisk: SimulatedDisk?
    /// How many times objects were written since the start.
    let objectWrites = Atomic<Int>(0)
    /// The number of the newest run that was named; nil until one is.
    private let newestRun = Mutex<Int64?>(nil)
    /// Odd while a transaction is being committed.
    private let commits = Atomic<UInt64>(0)
    private let lock: StateLock?
    private let synchronousMode = Mutex<Durability?>(nil)

    /// Opens the database at a path, making it where there is none.
    ///
    /// A corrupt file is moved aside, see `recovery`. An older schema is migrated after a copy. Throws
    /// `.schemaTooNew` for a database of a later version, `.unavailable` where the file system or another daemon is
    /// in the way.
    public convenience init(
        path: String, clock: @escaping @Sendable () -> WallTime = systemWallTime
    ) throws(StoreError) {
        try self.init(path: path, clock: clock, migrations: Migration.all)
    }

    init(path: String, clock: @Sendable () -> WallTime, migrations: [Migration]) throws(StoreError) {
        let opening = try DatabaseOpening(path: path, clock: clock, migrations: migrations)
        lock = try StateLock(path: path)
        let opened = try opening.open()
        writer = opened.writer
        reader = opened.reader
        checkpointer = opened.checkpointer
        recovery = opened.recovery
        log = WriteAheadLog(of: opened.writer)
        simulatedDisk = nil
        self.path = path
        do throws(LinuxIOError) { thread = .worker(try WorkerThread(name: "store")) } catch {
            throw StoreError(.unavailable, "cannot start the thread of the store: \(error)", cause: error)
        }
    }

    init(memory: DatabaseQueue, losesUnsyncedWrites: Bool) throws(StoreError) {
        writer = memory
        reader = memory
        checkpointer = memory
        recovery = nil
        path = nil
        log = WriteAheadLog(of: memory)
        simulatedDisk = losesUnsyncedWrites ? SimulatedDisk() : nil
        lock = nil
        thread = .inline
    }

    /// Makes a database in memory, for tests and simulation: it never waits and runs on its callers' threads.
    ///
    /// With `losesUnsyncedWrites`, `cutPower` takes it back to its last synced commit. Versions begin after `base`.
    public static func inMemory(
        losesUnsyncedWrites: Bool = false, versionsAfter base: UInt64 = 0
    ) throws(StoreError) -> HostDatabase {
        let queue = try DatabaseOpening.memory(base: base)
        return try HostDatabase(memory: queue, losesUnsyncedWrites: losesUnsyncedWrites)
    }

    deinit {
        log.detach(from: writer)
    }

    /// Closes the database; every later operation throws `.unavailable`.
    ///
    /// Ends every watch.
    public func close() throws(StoreError) {
        hub.finishAll(StoreError(.unavailable, "the store was closed"))
        signals.finishAll()
        log.detach(from: writer)
        do {
            for connection in [checkpointer, reader] where connection !== writer { try connection.close() }
            try writer.close()
        } catch {
            throw StoreError(sqlite: error, act: "close the state database")
        }
        lock?.release()
    }
}

extension HostDatabase {
    /// Where the database stands; nil while a transaction is being committed, when some see it and some do not.
    var mark: ReadMark? {
        let value = commits.load(ordering: .sequentiallyConsistent)
        return value.isMultiple(of: 2) ? ReadMark(value: value) : nil
    }

    /// Runs one transaction; after it returned, the change is as durable as asked for.
    ///
    /// `synchronous` cannot change within a transaction, so it is set before. A synced commit makes the deferred ones
    /// before it durable too, as they stand before it in the same log.
    func write<T>(
        _ durability: Durability, _ act: @autoclosure () -> String, _ body: (WriteTransaction) throws -> T
    ) throws(StoreError) -> T {
        do {
            return try writer.writeWithoutTransaction { try commit(durability, act(), $0, body) }
        } catch {
            throw noted(error, act())
        }
    }

    /// The number of the next run, which no other gets while the database is open, whether the run comes to be or not.
    func nextRun() throws(StoreError) -> Int64 {
        let known = newestRun.withLock { newest in
            newest = newest.map { $0 + 1 }
            return newest
        }
        if let known { return known }
        let stored = try read("read the number of the newest run") { try Counter.runs.current($0) }
        return newestRun.withLock { newest in
            let next = max(newest ?? 0, stored) + 1
            newest = next
            return next
        }
    }

    /// Forgets what was named and not stored, as a restart does.
    func forgetRuns() { newestRun.withLock { $0 = nil } }

    /// Gives one transaction its turn, before every write that is asked for later, and does not wait for it.
    ///
    /// In memory it is carried out at once.
    func writeLater(
        _ durability: Durability, _ act: String, _ body: @escaping @Sendable (WriteTransaction) throws -> Void
    ) -> PendingCall<StoreError> {
        let pending = PendingCall<StoreError>()
        switch thread {
        case .inline:
            pending.finish(Result { () throws(StoreError) in try write(durability, act, body) })
        case .worker:
            writer.asyncWriteWithoutTransaction { database in
                do {
                    pending.finish(.success(try self.commit(durability, act, database, body)))
                } catch {
                    pending.finish(.failure(self.noted(error, act)))
                }
            }
        }
        return pending
    }

    private func commit<T>(
        _ durability: Durability, _ act: @autoclosure () -> String, _ database: Database,
        _ body: (WriteTransaction) throws -> T
    ) throws -> T {
        try Self.requireOpen(database)
        let durability = try simulatedDisk?.willCommit(durability, act(), database) ?? durability
        try setSynchronous(durability, database)
        let transaction = WriteTransaction(database)
        var result: T?
        var isCommitting = false
        defer { if isCommitting { commits.add(1, ordering: .sequentiallyConsistent) } }
        do {
            // Before anybody is told, who may ask at once.
            defer { if transaction.changesPhases { phaseCounts.noteChange() } }
            try database.inTransaction(.immediate) {
                result = try body(transaction)
                isCommitting = true
                commits.add(1, ordering: .sequentiallyConsistent)
                return .commit
            }
        }
        for action in transaction.afterCommit { action() }
        try simulatedDisk?.didCommit(durability, act())
        log.boundAfterCommit(database)
        checkpointWhereHasty()
        guard let result else { preconditionFailure("a committed transaction has a result") }
        return result
    }

    /// Reads at one point of history.
    func read<T>(_ act: @autoclosure () -> String, _ body: (Database) throws -> T) throws(StoreError) -> T {
        do {
            return try reader.writeWithoutTransaction { database in
                try Self.requireOpen(database)
                var result: T?
                try database.inTransaction(.deferred) {
                    result = try body(database)
                    return .commit
                }
                guard let result else { preconditionFailure("a finished transaction has a result") }
                return result
            }
        } catch {
            throw noted(error, act())
        }
    }

    /// Reads between two commits of the writer, with nothing told to watchers meanwhile.
    func readBetweenCommits<T>(
        _ act: @autoclosure () -> String, _ body: (Database) throws -> T
    ) throws(StoreError) -> T {
        do {
            return try writer.writeWithoutTransaction { database in
                try Self.requireOpen(database)
                return try body(database)
            }
        } catch {
            throw noted(error, act())
        }
    }

    /// GRDB does not check this itself: it would hand SQLite a connection that is gone.
    static func requireOpen(_ database: Database) throws(StoreError) {
        guard database.sqliteConnection != nil else { throw StoreError(.unavailable, "the state database is closed") }
    }

    private func setSynchronous(_ durability: Durability, _ database: Database) throws {
        let isSet = synchronousMode.withLock { $0 == durability }
        if isSet { return }
        try database.run(durability == .synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        synchronousMode.withLock { $0 = durability }
    }

    /// Makes the store's error of SQLite's; a database found malformed, or with a damaged row, is marked, so that the
    /// next start moves it aside.
    private func noted(_ error: any Error, _ act: String) -> StoreError {
        if let path, Self.isDamage(error) { DatabaseOpening.markSuspect(path: path) }
        return StoreError(sqlite: error, act: act)
    }

    private static func isDamage(_ error: any Error) -> Bool {
        if let database = error as? DatabaseError {
            return database.resultCode == .SQLITE_CORRUPT || database.resultCode == .SQLITE_NOTADB
        }
        return (error as? StoreError)?.cause is DamagedRow
    }
}

/// The time of day.
@Sendable public func systemWallTime() -> WallTime {
    let now = wallClockNow()
    return WallTime(nanoseconds: now.seconds * 1_000_000_000 + Int64(now.nanoseconds))
}
