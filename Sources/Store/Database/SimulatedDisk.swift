import GRDB
import Synchronization

/// What a database in memory would find after a power cut: its last synced commit.
final class SimulatedDisk: Sendable {
    /// The state at the last synced commit, once something deferred came after it.
    private let durable = Mutex<DatabaseQueue?>(nil)
    private let watcher = Mutex<WriteWatcher?>(nil)

    /// Tells of writes from now on.
    func watch(_ next: WriteWatcher?) { watcher.withLock { $0 = next } }

    /// Keeps the durable state before the first deferred commit after a synced one; returns how durable the commit is.
    func willCommit(_ wanted: Durability, _ act: String, _ database: Database) throws -> Durability {
        let durability = try watcher.withLock { $0 }?.willWrite(act, wanted) ?? wanted
        guard durability == .deferred, durable.withLock({ $0 == nil }) else { return durability }
        let copy = try DatabaseQueue()
        try copy.writeWithoutTransaction { try database.backup(to: $0) }
        durable.withLock { $0 = copy }
        return durability
    }

    /// Forgets the kept state once everything is durable.
    func didCommit(_ durability: Durability, _ act: String) throws {
        if durability == .synced { durable.withLock { $0 = nil } }
        try watcher.withLock { $0 }?.didWrite(act)
    }

    /// Takes a database back to what is durable.
    func cutPower(_ database: Database) throws {
        guard let copy = durable.withLock({ $0 }) else { return }
        try copy.writeWithoutTransaction { try $0.backup(to: database) }
        durable.withLock { $0 = nil }
    }

    /// What is durable, where that is another state than the current one.
    var durableCopy: DatabaseQueue? { durable.withLock { $0 } }
}

/// Hears of every write to a database in memory or to an audit log, and can make it fail.
///
/// It is called in the turn of the write, and must not use the database.
package struct WriteWatcher: Sendable {
    /// Called before a write with what it does; returns how durable the write becomes.
    ///
    /// What it throws the writer gets, and nothing is written.
    package var willWrite: @Sendable (_ act: String, _ durability: Durability) throws(StoreError) -> Durability
    /// Called once the write is committed; what it throws the writer gets, who cannot know then what was written.
    package var didWrite: @Sendable (_ act: String) throws(StoreError) -> Void

    /// Makes a watcher.
    package init(
        willWrite: @escaping @Sendable (_ act: String, _ durability: Durability) throws(StoreError) -> Durability,
        didWrite: @escaping @Sendable (_ act: String) throws(StoreError) -> Void
    ) {
        self.willWrite = willWrite
        self.didWrite = didWrite
    }
}

extension HostDatabase {
    /// Does what a power cut does to a database in memory that loses unsynced writes: everything deferred since the
    /// last synced commit is gone, and every watch ends.
    public func cutPower() throws(StoreError) {
        guard let simulatedDisk else {
            throw StoreError(.invalid, "cannot cut the power of a database that does not simulate it")
        }
        hub.finishAll(StoreError(.unavailable, "the power was cut"))
        forgetRuns()
        defer { phaseCounts.noteChange() }
        do {
            try writer.writeWithoutTransaction { database in
                try resourceHold.end(database)
                try simulatedDisk.cutPower(database)
            }
        } catch {
            throw StoreError(sqlite: error, act: "cut the power")
        }
    }

    /// Tells of every write from now on; nil ends it.
    package func watchWrites(_ watcher: WriteWatcher?) throws(StoreError) {
        guard let simulatedDisk else {
            throw StoreError(.invalid, "cannot watch the writes of a database that does not simulate power cuts")
        }
        simulatedDisk.watch(watcher)
    }

    /// What a power cut would leave of a database in memory, to be read beside it until the next synced write.
    package func durableState() throws(StoreError) -> HostDatabase {
        guard let copy = simulatedDisk?.durableCopy else { return self }
        return try HostDatabase(memory: copy, losesUnsyncedWrites: false)
    }
}
