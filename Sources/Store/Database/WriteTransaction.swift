import GRDB
import Model

/// One transaction of the writer: the connection, and what is told to watchers once it is committed.
final class WriteTransaction {
    /// The connection.
    let database: Database
    /// Whether rows of resources may be in other phases after it.
    var changesPhases = false
    private(set) var afterCommit: [() -> Void] = []

    init(_ database: Database) { self.database = database }

    /// Calls the body after the commit, in the order of commits; not at all when the transaction fails.
    func whenCommitted(_ body: @escaping () -> Void) { afterCommit.append(body) }

    /// Lets the connection keep more pages until the transaction is committed, where it writes many rows: otherwise it
    /// writes pages out and reads them again while they are still being filled.
    func expect(rows count: Int) throws {
        guard count >= Self.manyRows else { return }
        let database = database
        try database.run(DatabaseOpening.largePageCache)
        // What is left when this fails is memory that is not given back.
        whenCommitted { try? database.run(DatabaseOpening.pageCache) }
    }

    private static var manyRows: Int { 1_000 }

    /// Raises a partition's counter and returns the new version; a batch takes `count` versions that end with it.
    func raiseVersion(of partition: Partition, count: Int = 1) throws -> ResourceVersion {
        ResourceVersion(UInt64(try raise(.version(of: partition), by: count)))
    }

    /// Raises a counter and returns its new value.
    func raise(_ counter: Counter, by count: Int = 1) throws -> Int64 {
        let value = try database.firstRow(
            "UPDATE counters SET value = value + ? WHERE name = ? RETURNING value", [count, counter.name]
        ) { $0[0] as Int64 }
        if let value { return value }
        let first = try counter.start(database) + Int64(count)
        try database.run("INSERT INTO counters (name, value) VALUES (?, ?)", [counter.name, first])
        return first
    }

    /// Raises a counter to a value, where it is lower.
    func raise(_ counter: Counter, to value: Int64) throws {
        try database.run(
            """
            INSERT INTO counters (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)
            """, [counter.name, value])
    }
}
