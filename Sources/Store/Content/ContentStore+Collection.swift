import FoundationEssentials
import GRDB
public import Model
import Synchronization

/// What a collection removed.
public struct ContentCollection: Sendable, Hashable {
    /// How many recoverable versions ended.
    public var versions: Int
    /// How many blobs are gone.
    public var blobs: Int
    /// How many bytes that freed.
    public var bytes: Int64
}

extension ContentStore {
    /// So many rows are removed in one transaction, so that a collection makes no commit wait for long.
    private static let batchLimit = 256

    /// Ends versions that are older than the retention or above their resource's quota, then removes blobs that nothing
    /// refers to: no version, no unsettled run, no generation, nothing that was there before adoption, no owner's pin.
    ///
    /// Blobs put since the collection before the last are left alone. To be called now and then, off the hot path.
    @discardableResult
    public func collectGarbage(now: WallTime) throws(StoreError) -> ContentCollection {
        let pass = try database.write(.deferred, "begin a collection of content") { transaction in
            try CollectionPass.begin(transaction.database)
        }
        let expired = try expireVersions(now: now)
        var result = try removeUnreferenced(touchedBefore: pass - 1)
        result.versions = expired
        try removeOrphans()
        return result
    }

    /// Ends versions under contest until so many bytes are free, oldest first; the first and last of each resource
    /// stay.
    func makeRoom(for bytes: Int64) throws(StoreError) {
        let pass = try database.read("make room for content") { try CollectionPass.current($0) }
        var freed = try removeUnreferenced(touchedBefore: pass).bytes
        while freed < bytes {
            let ended = try database.write(.synced, "make room for content") { transaction in
                let oldest = try transaction.database.allRows(
                    """
                    SELECT id FROM content_versions AS v WHERE
                        EXISTS (SELECT 1 FROM content_versions WHERE resource = v.resource AND id < v.id)
                        AND EXISTS (SELECT 1 FROM content_versions WHERE resource = v.resource AND id > v.id)
                    ORDER BY id LIMIT ?
                    """, [Self.batchLimit]
                ) { $0[0] as Int64 }
                for id in oldest {
                    try transaction.database.run("DELETE FROM content_versions WHERE id = ?", [id])
                }
                return oldest.count
            }
            if ended == 0 { return }
            freed += try removeUnreferenced(touchedBefore: pass).bytes
        }
    }

    /// Ends the oldest versions of a resource above its quota, but neither its first nor its last.
    func trim(_ resource: String, _ database: Database) throws {
        var total = try database.number("SELECT sum(size) FROM content_versions WHERE resource = ?", [resource])
        guard total > limits.resourceQuota else { return }
        let versions = try database.allRows(
            "SELECT id, size FROM content_versions WHERE resource = ? ORDER BY id", [resource]
        ) { ($0[0] as Int64, $0[1] as Int64) }
        for (id, size) in versions.dropFirst().dropLast() where total > limits.resourceQuota {
            try database.run("DELETE FROM content_versions WHERE id = ?", [id])
            total -= size
        }
    }

    private func expireVersions(now: WallTime) throws(StoreError) -> Int {
        let seconds = limits.retention.components.seconds
        let oldest =
            now.nanoseconds - Int64(clamping: seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue)
        var count = 0
        while true {
            let ended = try database.write(.deferred, "end old versions") { transaction in
                let expired = try transaction.database.allRows(
                    "SELECT id FROM content_versions WHERE time < ? LIMIT ?", [oldest, Self.batchLimit]
                ) { $0[0] as Int64 }
                for id in expired {
                    try transaction.database.run("DELETE FROM content_versions WHERE id = ?", [id])
                }
                return expired.count
            }
            count += ended
            if ended < Self.batchLimit { return count }
        }
    }

    /// Finds what nothing refers to on the reader, then removes it in small transactions that look again at whatever
    /// came to refer to something meanwhile.
    private func removeUnreferenced(touchedBefore pass: Int64) throws(StoreError) -> ContentCollection {
        let (point, candidates) = try database.read("look for content that nothing needs") { database in
            let point = try ReferencePoint(database)
            var referenced = try ContentPins.all(database)
            try database.forEachRow("SELECT digest FROM content_versions") { row in
                if let digest = ContentDigest(bytes: row.bytes(0)) { referenced.insert(digest) }
            }
            var candidates: [ContentDigest] = []
            try database.forEachRow("SELECT digest FROM contents WHERE touched < ?", [pass]) { row in
                guard let digest = ContentDigest(bytes: row.bytes(0)), !referenced.contains(digest) else { return }
                candidates.append(digest)
            }
            return (point, candidates)
        }
        var result = ContentCollection(versions: 0, blobs: 0, bytes: 0)
        for start in stride(from: 0, to: candidates.count, by: Self.batchLimit) {
            let batch = candidates[start..<min(start + Self.batchLimit, candidates.count)]
            // Synced, or a power cut could bring back a row whose file is gone.
            let removed = try database.write(.synced, "remove content that nothing needs") { transaction in
                let needed = try point.referredToSince(transaction.database)
                return try batch.filter { !needed.contains($0) }.compactMap { digest in
                    try Self.delete(digest, touchedBefore: pass, transaction.database).map { (digest, $0) }
                }
            }
            for (digest, size) in removed {
                try removeOrphan(digest)
                result.blobs += 1
                result.bytes += size
            }
        }
        return result
    }

    private static func delete(
        _ digest: ContentDigest, touchedBefore pass: Int64, _ database: Database
    ) throws -> Int64? {
        let size = try database.firstRow(
            "DELETE FROM contents WHERE digest = ? AND touched < ? RETURNING stored",
            [Data(column: digest.bytes), pass]
        ) { $0[0] as Int64 }
        if let size { try StoredBytes.add(-size, database) }
        return size
    }

    /// Removes files without a row: a crash between naming a file and committing its row leaves one.
    private func removeOrphans() throws(StoreError) {
        guard let files else { return }
        for digest in try files.digests() { try removeOrphan(digest) }
    }

    /// Removes the file of a digest unless it has a row, or is about to get one.
    ///
    /// Between two commits no row comes or goes, and under the lock no file gets its name.
    private func removeOrphan(_ digest: ContentDigest) throws(StoreError) {
        guard let files else { return }
        try database.readBetweenCommits("look for content without a row") { database in
            let count = try database.number(
                "SELECT count(*) FROM contents WHERE digest = ?", [Data(column: digest.bytes)])
            guard count == 0 else { return }
            try underway.withLock { if !$0.contains(digest) { try files.remove(digest) } }
        }
    }
}

/// A point in the history of references to content.
private struct ReferencePoint {
    private let pin: Int64
    private let generation: Int64
    private let retained: Int64
    private let resource: Int64

    init(_ database: Database) throws {
        pin = try database.number("SELECT max(id) FROM content_pins")
        generation = try database.number("SELECT max(number) FROM generation_resources")
        retained = try database.number("SELECT max(id) FROM content_versions")
        resource = try database.number("SELECT max(version) FROM resources")
    }

    /// What came to be referred to since.
    func referredToSince(_ database: Database) throws -> Set<ContentDigest> {
        var digests: Set<ContentDigest> = []
        try database.forEachRow(
            """
            SELECT digests FROM content_pins WHERE id > ?1
            UNION ALL SELECT pins FROM generation_resources WHERE number > ?2
            UNION ALL SELECT pins FROM resources WHERE version > ?4 AND pins IS NOT NULL
            UNION ALL SELECT digest FROM content_versions WHERE id > ?3
            """, [pin, generation, retained, resource]
        ) { row in
            for digest in ContentPins.digests(row[0] as Data?) { digests.insert(digest) }
        }
        return digests
    }
}
