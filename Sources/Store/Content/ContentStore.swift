import FoundationEssentials
import GRDB
public import Model
import Synchronization

/// Bytes by their digest: what blueprints declare, and what runs replaced.
///
/// Small blobs stand in the database, so that they become durable with the record that refers to them; larger ones are
/// compressed files, synced before any row names them. Blobs that nothing refers to any more are collected, see
/// `collectGarbage`. Content that was put but is not referred to yet is safe until a whole interval between two
/// collections has gone by.
public final class ContentStore: Sendable {
    /// Blobs of at most this many bytes stand in the database.
    public static let inlineLimit = 16 << 10
    /// The bounds.
    public let limits: ContentLimits
    let database: HostDatabase
    let files: BlobDirectory?
    /// Digests whose file may stand without a row for a moment.
    let underway = Mutex<Set<ContentDigest>>([])

    /// Opens the content of a database, large blobs in a directory that is made where there is none; with nil, as under
    /// simulation, they stand in the database too.
    ///
    /// After a recovery, blobs whose rows were lost are found again.
    public init(_ database: HostDatabase, directory: String?, limits: ContentLimits = .standard) throws(StoreError) {
        self.database = database
        self.limits = limits
        files = try directory.map { (path) throws(StoreError) in try BlobDirectory(path: path) }
        if database.recovery != nil { try adoptFiles() }
    }

    /// Stores bytes; a no-op for bytes that are there.
    ///
    /// Throws `.full` when nothing more can make room.
    public func put(_ bytes: [UInt8]) throws(StoreError) -> DeclaredContent {
        var writer = writer()
        try writer.append(bytes)
        return try writer.finish()
    }

    /// Stores many blobs, the small ones in one transaction.
    public func put(all blobs: [[UInt8]]) throws(StoreError) -> [DeclaredContent] {
        var small: [StoredBlob] = []
        var contents: [DeclaredContent] = []
        for bytes in blobs {
            if bytes.count > Self.inlineLimit && files != nil {
                contents.append(try put(bytes))
            } else {
                let blob = try StoredBlob(inline: bytes)
                small.append(blob)
                contents.append(blob.content)
            }
        }
        try insert(small)
        return contents
    }

    /// Begins a blob that comes in pieces.
    public func writer() -> ContentWriter { ContentWriter(self) }

    /// Whether bytes are stored; if so, they count as just put.
    public func contains(_ digest: ContentDigest) throws(StoreError) -> Bool {
        try missing(of: [digest]).isEmpty
    }

    /// Which of some digests have no sound bytes here; those that have count as just put.
    public func missing(of digests: [ContentDigest]) throws(StoreError) -> [ContentDigest] {
        let (missing, stale) = try database.read("look for content") { database in
            let pass = try CollectionPass.current(database)
            var missing: [ContentDigest] = []
            var stale: [ContentDigest] = []
            for digest in digests {
                let touched = try database.firstRow(
                    "SELECT touched FROM contents WHERE digest = ? AND form <> ?",
                    [Data(column: digest.bytes), StoredBlob.Form.corrupt.rawValue]
                ) { $0[0] as Int64 }
                guard let touched else {
                    missing.append(digest)
                    continue
                }
                if touched < pass { stale.append(digest) }
            }
            return (missing, stale)
        }
        if stale.isEmpty { return missing }
        let vanished = try database.write(.deferred, "mark content as used") { transaction in
            try stale.filter { try !Self.touch($0, transaction.database) }
        }
        return missing + vanished
    }

    /// Keeps content for an owner until `unpin`, whatever else refers to it.
    public func pin(
        _ digests: Set<ContentDigest>, owner: String, durability: Durability = .deferred
    ) throws(StoreError) {
        try database.write(durability, "pin content for '\(owner)'") { transaction in
            try ContentPins.add(digests, owner: "owner/" + owner, transaction.database)
        }
    }

    /// Ends the pins of an owner.
    public func unpin(owner: String) throws(StoreError) {
        try database.write(.deferred, "unpin the content of '\(owner)'") { transaction in
            try ContentPins.remove(owner: "owner/" + owner, transaction.database)
        }
    }

    /// Makes replaced bytes recoverable.
    ///
    /// Within a run, `RunJournal.recordIntents` does so in the intent's own transaction.
    public func retain(_ version: RetainedVersion, durability: Durability = .deferred) throws(StoreError) {
        try database.write(durability, "keep what '\(version.resource)' was") { transaction in
            try RetainedVersion.insert(version, transaction.database)
            try trim(version.resource.description, transaction.database)
        }
    }

    /// The recoverable versions of a resource, newest first.
    public func versions(of resource: ResourceID) throws(StoreError) -> [RetainedVersion] {
        try database.read("list the versions of '\(resource)'") { database in
            try database.allRows(
                """
                SELECT path, time, digest, size, metadata, run FROM content_versions WHERE resource = ?
                ORDER BY id DESC
                """, [resource.description]
            ) { row in
                guard let digest = ContentDigest(bytes: row.bytes(2)) else {
                    throw StoreError(.corrupt, "cannot read a version of '\(resource)': its digest is not 32 bytes")
                }
                return RetainedVersion(
                    resource: resource, path: row[0], time: WallTime(nanoseconds: row[1]),
                    content: DeclaredContent(digest: digest, size: row[3]),
                    metadata: try RowCoding.decode(
                        FileMetadata.self, row[4] as Data?, what: "version of '\(resource)'"),
                    run: row[5])
            }
        }
    }

    /// How full the store is.
    public func usage() throws(StoreError) -> ContentUsage {
        try database.read("measure the content store") { database in
            ContentUsage(
                blobs: Int(try database.number("SELECT count(*) FROM contents")),
                storedBytes: try StoredBytes.total(database),
                versions: Int(try database.number("SELECT count(*) FROM content_versions")))
        }
    }
}

extension ContentStore {
    /// Stores blobs in one deferred transaction, after making room for them where needed.
    func insert(_ blobs: [StoredBlob]) throws(StoreError) {
        if blobs.isEmpty { return }
        try makingRoom { () throws(StoreError) in
            try database.write(.deferred, "store content") { transaction in
                try insert(blobs, transaction.database)
            }
        }
    }

    /// Tries a transaction that returns how many bytes are lacking, and once more after making room for them.
    func makingRoom(_ attempt: () throws(StoreError) -> Int64) throws(StoreError) {
        let lacking = try attempt()
        if lacking == 0 { return }
        try makeRoom(for: lacking)
        if try attempt() == 0 { return }
        throw StoreError(
            .full,
            "cannot store content: \(limits.byteCap) bytes are taken by what runs, generations and versions "
                + "need; raise the cap of the content store or shorten its retention")
    }

    /// Returns how many bytes are lacking; when any are, nothing was stored.
    func insert(_ blobs: [StoredBlob], _ database: Database) throws -> Int64 {
        var fresh: [StoredBlob] = []
        var seen: Set<ContentDigest> = []
        for blob in blobs where seen.insert(blob.content.digest).inserted {
            if try !Self.touch(blob.content.digest, database) { fresh.append(blob) }
        }
        let added = fresh.reduce(0) { $0 + $1.storedSize }
        let total = try StoredBytes.total(database)
        if total + added > limits.byteCap && added > 0 { return total + added - limits.byteCap }
        let pass = try CollectionPass.current(database)
        for blob in fresh {
            let replaced = try database.number(
                "SELECT stored FROM contents WHERE digest = ?", [Data(column: blob.content.digest.bytes)])
            try StoredBytes.add(blob.storedSize - replaced, database)
            try database.run(
                "INSERT OR REPLACE INTO contents (digest, size, stored, form, touched, data) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    Data(column: blob.content.digest.bytes), blob.content.size, blob.storedSize, blob.form.rawValue,
                    pass, blob.data,
                ])
        }
        return 0
    }

    /// Counts a sound blob as just put; false when there is none.
    static func touch(_ digest: ContentDigest, _ database: Database) throws -> Bool {
        let pass = try CollectionPass.current(database)
        let row = try database.firstRow(
            "SELECT rowid, touched FROM contents WHERE digest = ? AND form <> ?",
            [Data(column: digest.bytes), StoredBlob.Form.corrupt.rawValue]
        ) { ($0[0] as Int64, $0[1] as Int64) }
        guard let row else { return false }
        if row.1 != pass {
            try database.run("UPDATE contents SET touched = ? WHERE rowid = ?", [pass, row.0])
        }
        return true
    }

    /// Gives blobs whose rows were lost with a database their rows again; their bytes are verified when read.
    private func adoptFiles() throws(StoreError) {
        guard let files else { return }
        try files.forEachBlob { (blob) throws(StoreError) in
            try self.database.write(.deferred, "find content again") { transaction in
                if try Self.touch(blob.content.digest, transaction.database) { return }
                _ = try self.insert([blob], transaction.database)
            }
        }
    }
}
