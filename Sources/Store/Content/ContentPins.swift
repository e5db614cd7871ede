import FoundationEssentials
import GRDB
import Model

/// Rows that keep content from being collected: digests, 32 bytes each, under the name of their owner.
enum ContentPins {
    /// The owner for the steps and plan of a run.
    static func owner(run sequence: Int64) -> String { "run/\(sequence)" }

    /// Digests as a column holds them.
    static func data(_ digests: Set<ContentDigest>) -> Data {
        var data = Data(capacity: digests.count * 32)
        for digest in digests { data.append(contentsOf: digest.bytes) }
        return data
    }

    /// Reads digests of a column.
    static func digests(_ data: Data?) -> [ContentDigest] {
        guard let data else { return [] }
        return stride(from: data.startIndex, to: data.endIndex - 31, by: 32).compactMap { start in
            ContentDigest(bytes: [UInt8](data[start..<start + 32]))
        }
    }

    /// Pins digests for an owner, beside what it pins already.
    static func add(_ digests: Set<ContentDigest>, owner: String, _ database: Database) throws {
        if digests.isEmpty { return }
        try database.run("INSERT INTO content_pins (owner, digests) VALUES (?, ?)", [owner, data(digests)])
    }

    /// Ends all pins of an owner.
    static func remove(owner: String, _ database: Database) throws {
        try database.run("DELETE FROM content_pins WHERE owner = ?", [owner])
    }

    /// Everything that is pinned: by owners, by generations and by what was there before adoption.
    static func all(_ database: Database) throws -> Set<ContentDigest> {
        var pinned: Set<ContentDigest> = []
        try database.forEachRow(
            """
            SELECT digests FROM content_pins UNION ALL SELECT pins FROM generation_resources
            UNION ALL SELECT pins FROM resources WHERE pins IS NOT NULL
            """
        ) { row in
            for digest in digests(row[0] as Data?) { pinned.insert(digest) }
        }
        return pinned
    }
}
