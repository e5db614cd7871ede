import GRDB
import Synchronization

/// What a database in memory would find after a power cut: its last synced commit.
final class SimulatedDisk: Sendable {
    /// The state at the last synced commit, once something deferred came after it.
    private let durable = Mutex<DatabaseQueue?>(nil)

    /// Keeps the durable state before the first deferred commit after a synced one.
    func willCommit(_ durability: Durability, _ database: Database) throws {
        guard durability == .deferred, durable.withLock({ $0 == nil }) else { return }
        let copy = try DatabaseQueue()
        try copy.writeWithoutTransaction { try database.backup(to: $0) }
        durable.withLock { $0 = copy }
    }

    /// Forgets the kept state once everything is durable.
    func didCommit(_ durability: Durability) {
        if durability == .synced { durable.withLock { $0 = nil } }
    }

    /// Takes a database back to what is durable.
    func cutPower(_ database: Database) throws {
        guard let copy = durable.withLock({ $0 }) else { return }
        try copy.writeWithoutTransaction { try $0.backup(to: database) }
        durable.withLock { $0 = nil }
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
        do {
            try writer.writeWithoutTransaction { database in
                try resourceHold.end(database)
                try simulatedDisk.cutPower(database)
            }
        } catch {
            throw StoreError(sqlite: error, act: "cut the power")
        }
    }
}
