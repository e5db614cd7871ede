import GRDB
import Model

/// One transaction of the writer: the connection, and what is told to watchers once it is committed.
final class WriteTransaction {
    /// The connection.
    let database: Database
    private(set) var afterCommit: [() -> Void] = []

    init(_ database: Database) { self.database = database }

    /// Calls the body after the commit, in the order of commits; not at all when the transaction fails.
    func whenCommitted(_ body: @escaping () -> Void) { afterCommit.append(body) }

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
