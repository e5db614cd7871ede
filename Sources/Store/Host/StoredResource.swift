import FoundationEssentials
import GRDB
import Model

/// A resource row as its columns hold it, in the order of `StoredResource.columns`.
struct StoredResource {
    static let columns = """
        version, created_version, created, phase, reason, message, since, ready_since, reconciling_since,
        stalled_since, last_run, drift, paused, approved, declared, before
        """

    var version: ResourceVersion
    let createdVersion: ResourceVersion
    let created: WallTime
    let declared: DeclaredResource
    let status: ResourceKind.Status
    private let before: Data?

    init(row: Row) throws {
        version = ResourceVersion(UInt64(row[0] as Int64))
        createdVersion = ResourceVersion(UInt64(row[1] as Int64))
        created = WallTime(nanoseconds: row[2])
        status = try Self.status(row)
        declared = try RowCoding.decode(DeclaredResource.self, row[14] as Data?, what: "declaration of a resource")
        before = row[15]
    }

    private static func status(_ row: Row) throws -> ResourceKind.Status {
        guard let phase = ResourcePhase(rawValue: row[3] as String) else {
            throw StoreError(.corrupt, "cannot read a resource: its phase is not known to this version")
        }
        var status = ResourceKind.Status()
        status.phase = phase
        status.message = row[5]
        status.lastTransitionTime = WallTime(nanoseconds: row[6])
        status.lastRun = row[10]
        status.lastDrift = try (row[11] as Data?).map {
            try RowCoding.decode(DriftRecord.self, $0, what: "last drift of a resource")
        }
        status.paused = try (row[12] as Data?).map {
            try RowCoding.decode(Pause.self, $0, what: "pause of a resource")
        }
        status.approved = try (row[13] as Data?).map {
            try RowCoding.decode([ApprovedDeclaration].self, $0, what: "approvals of a resource")
        }
        let reason = (row[4] as String?).map { Reason(rawValue: $0) } ?? .converged
        let states: [(ConditionType, Bool, Int64)] = [
            (.ready, phase == .inSync, row[7]), (.reconciling, phase == .pending, row[8]),
            (.stalled, phase == .failed, row[9]),
        ]
        status.conditions = states.map { type, holds, since in
            Condition(
                type: type, status: holds ? .true : .false, reason: reason, message: status.message ?? "",
                lastTransitionTime: WallTime(nanoseconds: since))
        }
        return status
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
