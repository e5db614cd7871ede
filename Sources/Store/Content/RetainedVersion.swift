import FoundationEssentials
import GRDB
public import Model

/// Bytes that a run replaced or removed, and that `recover` gives back.
public struct RetainedVersion: Sendable, Hashable {
    /// The resource.
    public var resource: ResourceID
    /// The path that the bytes had.
    public var path: String
    /// When they were replaced.
    public var time: WallTime
    /// The bytes.
    public var content: DeclaredContent
    /// Owner, group and mode that the file had.
    public var metadata: FileMetadata
    /// The run that replaced them.
    public var run: String

    /// Makes a version.
    public init(
        resource: ResourceID, path: String, time: WallTime, content: DeclaredContent, metadata: FileMetadata,
        run: String
    ) {
        self.resource = resource
        self.path = path
        self.time = time
        self.content = content
        self.metadata = metadata
        self.run = run
    }

    /// Stores a version; the same bytes of the same path in the same run are one.
    static func insert(_ version: RetainedVersion, _ database: Database) throws {
        let digest = Data(column: version.content.digest.bytes)
        let name = version.resource.description
        let count = try database.number(
            "SELECT count(*) FROM content_versions WHERE resource = ? AND digest = ? AND run = ? AND path = ?",
            [name, digest, version.run, version.path])
        if count > 0 { return }
        try database.run(
            """
            INSERT INTO content_versions (resource, path, time, digest, size, run, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                name, version.path, version.time.nanoseconds, digest, version.content.size, version.run,
                try RowCoding.encode(version.metadata),
            ])
    }
}
