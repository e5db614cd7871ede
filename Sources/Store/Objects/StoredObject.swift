import FoundationEssentials
import GRDB
import Model

/// An object as a column holds it.
struct StoredObject: Codable {
    let metadata: ObjectMeta
    let spec: JSONValue
    let status: JSONValue

    /// Reads an object; nil when there is none.
    static func read(_ key: ObjectKey, in partition: Partition, _ database: Database) throws -> APIObject? {
        try database.firstRow(
            "SELECT data, version FROM objects WHERE partition = ? AND kind = ? AND name = ?",
            [partition.rawValue, key.kind.rawValue, key.name]
        ) { try decode($0[0], kind: key.kind, version: $0[1]) }
    }

    /// The version of an object; nil when there is none.
    static func version(
        of key: ObjectKey, in partition: Partition, _ database: Database
    ) throws -> ResourceVersion? {
        try database.firstRow(
            "SELECT version FROM objects WHERE partition = ? AND kind = ? AND name = ?",
            [partition.rawValue, key.kind.rawValue, key.name]
        ) { ResourceVersion(UInt64($0[0] as Int64)) }
    }

    /// Encodes an object without its version, which has a column; throws `.invalid` for one that is too large.
    static func encode(_ object: APIObject) throws(StoreError) -> Data {
        var metadata = object.metadata
        metadata.resourceVersion = nil
        let stored = StoredObject(metadata: metadata, spec: object.spec, status: object.status)
        return try RowCoding.encode(stored, limit: SQLiteObjectStore.objectSizeLimit, isChecked: false)
    }

    /// Decodes an object.
    static func decode(_ data: Data?, kind: KindName, version: Int64) throws(StoreError) -> APIObject {
        let stored = try RowCoding.decode(StoredObject.self, data, what: "\(kind.rawValue) object")
        var metadata = stored.metadata
        metadata.resourceVersion = ResourceVersion(UInt64(version))
        return APIObject(kind: kind, metadata: metadata, spec: stored.spec, status: stored.status)
    }
}
