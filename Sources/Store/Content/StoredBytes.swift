import GRDB

/// How many bytes all blobs take, kept in the transactions that change it.
enum StoredBytes {
    private static let name = "content/bytes"

    /// The number of bytes.
    static func total(_ database: Database) throws -> Int64 {
        try database.number("SELECT value FROM counters WHERE name = ?", [name])
    }

    /// Adds to the number.
    static func add(_ count: Int64, _ database: Database) throws {
        try database.run(
            """
            INSERT INTO counters (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = value + excluded.value
            """, [name, count])
    }
}

/// The number of the collection that ran last.
///
/// A blob carries the number at which it was last put; it may be collected once nothing refers to it and a later
/// collection has gone by, so that what is put has time to be referred to.
enum CollectionPass {
    private static let name = "content/pass"

    /// The number of the last collection.
    static func current(_ database: Database) throws -> Int64 {
        try database.number("SELECT value FROM counters WHERE name = ?", [name])
    }

    /// Begins the next one.
    static func begin(_ database: Database) throws -> Int64 {
        try database.run(
            """
            INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1
            """, [name])
        return try current(database)
    }
}
