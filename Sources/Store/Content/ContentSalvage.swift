import FoundationEssentials
import GRDB
import Model

/// Carries content out of a corrupt database as far as it can be read.
///
/// A blob is believed only when its digest fits, so that nothing corrupt comes along. Rows are read from both ends
/// towards the damage, which is mostly in one place. Failures are expected here: what cannot be read is what the
/// report lacks.
struct ContentSalvage {
    private static let batchLimit = 256
    private let old: DatabaseQueue
    private let writer: DatabaseQueue

    /// Copies blobs and recoverable versions and returns how many came.
    static func run(from path: String, into writer: DatabaseQueue) -> (blobs: Int, versions: Int) {
        var configuration = Configuration()
        configuration.readonly = true
        guard let old = try? DatabaseQueue(path: path, configuration: configuration) else { return (0, 0) }
        defer { try? old.close() }
        let salvage = ContentSalvage(old: old, writer: writer)
        return (salvage.blobs(), salvage.versions())
    }

    private func blobs() -> Int {
        copy(
            "SELECT rowid, digest, size, stored, form, data FROM contents",
            insert: { row, database in
                guard let blob = Self.blob(row) else { return false }
                try database.run(
                    """
                    INSERT OR IGNORE INTO contents (digest, size, stored, form, touched, data) VALUES (?, ?, ?, ?, 0, ?)
                    """,
                    [
                        Data(column: blob.content.digest.bytes), blob.content.size, blob.storedSize,
                        blob.form.rawValue, blob.data,
                    ])
                if database.changesCount > 0 { try StoredBytes.add(blob.storedSize, database) }
                return true
            })
    }

    private func versions() -> Int {
        copy(
            "SELECT id AS rowid, resource, path, time, digest, size, run, metadata FROM content_versions",
            insert: { row, database in
                let metadata = row[7] as Data?
                guard row.bytes(4).count == 32,
                    (try? RowCoding.decode(FileMetadata.self, metadata, what: "version")) != nil
                else { return false }
                let values = (0..<8).map { row[$0] as DatabaseValue }
                try database.run(
                    """
                    INSERT OR IGNORE INTO content_versions (id, resource, path, time, digest, size, run, metadata)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """, StatementArguments(values))
                return true
            })
    }

    /// Copies what a query finds, forwards until something cannot be read, then backwards to the same place.
    private func copy(_ query: String, insert: (Row, Database) throws -> Bool) -> Int {
        let (last, forwards) = copy(query, condition: "rowid > ?", order: "ASC", from: Int64.min, insert)
        let (_, backwards) = copy(query, condition: "rowid < ?", order: "DESC", from: Int64.max, downTo: last, insert)
        return forwards + backwards
    }

    private func copy(
        _ query: String, condition: String, order: String, from start: Int64, downTo floor: Int64 = Int64.min,
        _ insert: (Row, Database) throws -> Bool
    ) -> (last: Int64, count: Int) {
        var (position, count) = (start, 0)
        let sql = "SELECT * FROM (\(query)) WHERE \(condition) ORDER BY rowid \(order) LIMIT 1"
        while true {
            var batch: [Row] = []
            while batch.count < Self.batchLimit {
                // One row at a time, so that a damaged page costs only the rows on it.
                guard let row = try? old.read({ try Row.fetchOne($0, sql: sql, arguments: [position]) }),
                    let id = row[0] as Int64?, floor == Int64.min || id > floor
                else { break }
                position = id
                batch.append(row)
            }
            if batch.isEmpty { return (position, count) }
            let stored = try? writer.write { database in
                try batch.reduce(0) { try insert($1, database) ? $0 + 1 : $0 }
            }
            count += stored ?? 0
        }
    }

    /// The blob in a row, nil when its bytes do not fit; those in files are verified when they are read.
    private static func blob(_ row: Row) -> StoredBlob? {
        guard let digest = ContentDigest(bytes: row.bytes(1)), let size = row[2] as Int64?,
            let form = (row[4] as Int64?).flatMap(StoredBlob.Form.init(rawValue:))
        else { return nil }
        let content = DeclaredContent(digest: digest, size: size)
        let bytes: [UInt8]?
        switch form {
        case .file: return StoredBlob(file: content, storedSize: row[3] as Int64? ?? 0)
        case .plain: bytes = row.bytes(5)
        case .compressed: bytes = try? Inflater.decompress(row.bytes(5), limit: Int(clamping: size))
        case .corrupt: bytes = nil
        }
        guard let bytes, ContentDigest(hashing: bytes) == digest else { return nil }
        return try? StoredBlob(inline: bytes)
    }
}
