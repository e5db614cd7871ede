import GRDB
import Model

/// A number in the database that only grows, across rebuilds too.
struct Counter: Sendable {
    /// The row that holds it.
    let name: String
    /// The row that says where it began.
    let startName: String

    /// The newest `resourceVersion` of a partition.
    static func version(of partition: Partition) -> Counter {
        Counter(name: "version/" + partition.rawValue, startName: startNames[0])
    }

    /// The newest run.
    static let runs = Counter(name: "runs", startName: startNames[1])
    /// The newest generation.
    static let generations = Counter(name: "generations", startName: startNames[2])

    /// The rows that say where counters of a kind began, in the order of `HighWaterMark`.
    static let startNames = ["start/versions", "start/runs", "start/generations"]

    /// Where the counter of this database began: above every value that a lost database handed out.
    func start(_ database: Database) throws -> Int64 {
        try database.number("SELECT value FROM counters WHERE name = ?", [startName])
    }

    /// The newest value.
    func current(_ database: Database) throws -> Int64 {
        let value = try database.firstRow("SELECT value FROM counters WHERE name = ?", [name]) { $0[0] as Int64 }
        return try value ?? start(database)
    }

    /// The highest values of each kind of counter.
    static func highest(_ database: Database) throws -> HighWaterMark.Values {
        let versions = try database.number(
            "SELECT max(value) FROM counters WHERE name LIKE 'version/%' OR name = 'start/versions'")
        return HighWaterMark.Values(
            versions: UInt64(versions), runs: UInt64(try runs.current(database)),
            generations: UInt64(try generations.current(database)))
    }

    /// Records where the counters begin.
    static func begin(_ database: Database, at values: HighWaterMark.Values) throws {
        for (name, value) in zip(startNames, [values.versions, values.runs, values.generations]) {
            try database.run("INSERT INTO counters (name, value) VALUES (?, ?)", [name, Int64(value)])
        }
    }
}

extension Database {
    /// The newest version of a partition.
    func version(of partition: Partition) throws -> ResourceVersion {
        ResourceVersion(UInt64(try Counter.version(of: partition).current(self)))
    }

    /// The version before every version of this database.
    func versionStart() throws -> ResourceVersion {
        ResourceVersion(UInt64(try number("SELECT value FROM counters WHERE name = ?", [Counter.startNames[0]])))
    }
}
