import FoundationEssentials
import GRDB
import Model

/// A resource row as its columns hold it, in the order of `ResourceTable.columns`.
struct StoredResource {
    var version: ResourceVersion
    let createdVersion: ResourceVersion
    let created: WallTime
    let declared: DeclaredResource
    let status: ResourceKind.Status
    var before: Data?

    init(
        version: ResourceVersion, createdVersion: ResourceVersion, created: WallTime, declared: DeclaredResource,
        status: ResourceKind.Status
    ) {
        self.version = version
        self.createdVersion = createdVersion
        self.created = created
        self.declared = declared
        self.status = status
    }

    init(row: Row) throws {
        version = ResourceVersion(UInt64(row[0] as Int64))
        createdVersion = ResourceVersion(UInt64(row[1] as Int64))
        created = WallTime(nanoseconds: row[2])
        declared = try RowCoding.decode(DeclaredResource.self, row[3] as Data?, what: "declaration of a resource")
        status = try RowCoding.decode(ResourceKind.Status.self, row[4] as Data?, what: "status of a resource")
        before = row.count > 5 ? row[5] : nil
    }

    /// The row that the table's callers see.
    func row() throws(StoreError) -> ResourceRow {
        var row = ResourceRow(
            id: declared.id, declared: declared, status: status, createdTime: created, version: version)
        if let before {
            row.beforeAdoption = try RowCoding.decode(
                StateBefore.self, before, what: "state of a resource before adoption")
        }
        return row
    }

    /// The `Resource` object.
    ///
    /// Its uid follows from the name and the version of its creation, so it needs no column.
    func object(in partition: Partition) throws(StoreError) -> APIObject {
        let name = declared.id.name
        var metadata = ObjectMeta(name: name, labels: declared.labels.isEmpty ? nil : declared.labels)
        metadata.uid = ObjectIdentity.derived(from: "\(partition.rawValue)/\(name)/\(createdVersion.value)")
        metadata.resourceVersion = version
        metadata.generation = 1
        metadata.creationTimestamp = created
        let spec = ResourceKind.Spec(
            id: declared.id.description, type: declared.id.type, blueprint: declared.blueprint,
            attributes: declared.attributes)
        do throws(ModelError) {
            return try Object<ResourceKind>(metadata: metadata, spec: spec, status: status).untyped()
        } catch {
            throw StoreError(.corrupt, "cannot show resource '\(declared.id)': \(error)", cause: error)
        }
    }
}
