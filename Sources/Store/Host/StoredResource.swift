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
    private let created: WallTime
    private let phase: ResourcePhase
    private let message: String?
    private let since: WallTime
    private let lastRun: String?
    private let drift: Data?
    private let paused: Data?
    private let approved: Data?
    private let declared: Data?
    private let before: Data?
    private let conditions: [Condition]

    private static let whatDeclared = "declaration of a resource"
    private static let whatDrift = "last drift of a resource"
    private static let whatPaused = "pause of a resource"
    private static let whatApproved = "approvals of a resource"

    init(row: Row) throws {
        guard let phase = ResourcePhase(rawValue: row[3] as String) else {
            throw StoreError(.corrupt, "cannot read a resource: its phase is not known to this version")
        }
        self.phase = phase
        version = ResourceVersion(UInt64(row[0] as Int64))
        createdVersion = ResourceVersion(UInt64(row[1] as Int64))
        created = WallTime(nanoseconds: row[2])
        message = row[5]
        since = WallTime(nanoseconds: row[6])
        lastRun = row[10]
        (drift, paused, approved, declared, before) = (row[11], row[12], row[13], row[14], row[15])
        let reason = (row[4] as String?).map { Reason(rawValue: $0) } ?? .converged
        let states: [(ConditionType, Bool, Int64)] = [
            (.ready, phase == .inSync, row[7]), (.reconciling, phase == .pending, row[8]),
            (.stalled, phase == .failed, row[9]),
        ]
        let message = message ?? ""
        conditions = states.map { type, holds, since in
            Condition(
                type: type, status: holds ? .true : .false, reason: reason, message: message,
                lastTransitionTime: WallTime(nanoseconds: since))
        }
    }

    /// The row that the table's callers see.
    func row() throws(StoreError) -> ResourceRow {
        let declared = try RowCoding.decode(DeclaredResource.self, declared, what: Self.whatDeclared)
        var status = ResourceKind.Status()
        status.phase = phase
        status.message = message
        status.lastTransitionTime = since
        status.lastRun = lastRun
        if let drift { status.lastDrift = try RowCoding.decode(DriftRecord.self, drift, what: Self.whatDrift) }
        if let paused { status.paused = try RowCoding.decode(Pause.self, paused, what: Self.whatPaused) }
        if let approved {
            status.approved = try RowCoding.decode([ApprovedDeclaration].self, approved, what: Self.whatApproved)
        }
        status.conditions = conditions
        var row = ResourceRow(
            id: declared.id, declared: declared, status: status, createdTime: created, version: version)
        if let before {
            row.beforeAdoption = try RowCoding.decode(
                StateBefore.self, before, what: "state of a resource before adoption")
        }
        return row
    }
}

extension StoredResource {
    /// The `Resource` object.
    ///
    /// Its uid follows from the name and the version of its creation, so it needs no column. It is put together from
    /// what the columns hold: a watcher hears of a repair only once its object is made, and to give each member its
    /// type and take it away again costs as much as the rest of recording it.
    func object(in partition: Partition) throws(StoreError) -> APIObject {
        let declared = try RowCoding.decode(JSONValue.self, declared, what: Self.whatDeclared)
        guard let text = declared["id"]?.stringValue, let attributes = declared["attributes"],
            let blueprint = declared["blueprint"], let id = try? ResourceID(parsing: text)
        else { throw StoreError(.corrupt, "cannot read a resource: its declaration lacks what every one has") }
        let labels = declared["labels"]?.objectValue?.compactMapValues(\.stringValue) ?? [:]
        var metadata = ObjectMeta(name: id.name, labels: labels.isEmpty ? nil : labels)
        metadata.uid = ObjectIdentity.derived(from: "\(partition.rawValue)/\(id.name)/\(createdVersion.value)")
        metadata.resourceVersion = version
        metadata.generation = 1
        metadata.creationTimestamp = created
        let spec: JSONValue = .object([
            "id": .string(id.description), "type": .string(id.type.rawValue), "blueprint": blueprint,
            "attributes": attributes,
        ])
        return APIObject(
            kind: ResourceKind.descriptor.kind, metadata: metadata, spec: spec, status: .object(try statusMembers()))
    }

    private func statusMembers() throws(StoreError) -> [String: JSONValue] {
        var status: [String: JSONValue] = [
            "phase": .string(phase.rawValue), "lastTransitionTime": .string(since.description),
            "conditions": .array(conditions.map(Self.json)),
        ]
        if let message { status["message"] = .string(message) }
        if let lastRun { status["lastRun"] = .string(lastRun) }
        if let drift { status["lastDrift"] = try RowCoding.decode(JSONValue.self, drift, what: Self.whatDrift) }
        if let paused { status["paused"] = try RowCoding.decode(JSONValue.self, paused, what: Self.whatPaused) }
        if let approved {
            status["approved"] = try RowCoding.decode(JSONValue.self, approved, what: Self.whatApproved)
        }
        return status
    }

    private static func json(_ condition: Condition) -> JSONValue {
        .object([
            "type": .string(condition.type.rawValue), "status": .string(condition.status.rawValue),
            "reason": .string(condition.reason.rawValue), "message": .string(condition.message),
            "lastTransitionTime": .string(condition.lastTransitionTime.description),
        ])
    }
}
