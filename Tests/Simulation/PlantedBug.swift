import Model
import Store

/// A bug that is planted on purpose, to see that the simulation finds it.
///
/// Each stands in what surrounds the product here: the store, the host or the objects that it is given.
package enum PlantedBug: String, Sendable, Hashable, CaseIterable {
    /// Undo records become durable only after the steps took effect.
    case undoAfterApply
    /// What was seen last counts until an event tells of a change.
    case eventAsTruth
    /// An approval counts whatever plan it was given for.
    case planHash
}

/// Objects among which an approval that was given once holds for every later plan.
struct CarelessApprovals: ObjectStore {
    private let base: SQLiteObjectStore

    init(_ base: SQLiteObjectStore) { self.base = base }

    var mark: ReadMark? { nil }

    func object(_ key: ObjectKey) async throws -> APIObject {
        let object = try await base.object(key)
        guard key.kind == ApprovalKind.descriptor.kind else { return object }
        var approval = try Object<ApprovalKind>(object)
        guard approval.status.decision == nil else { return object }
        for other in try await base.objects(of: key.kind, limit: nil, after: nil).items {
            let given = try Object<ApprovalKind>(other)
            if given.status.decision == .approved { approval.status.decision = .approved }
        }
        return try approval.untyped()
    }

    func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        try await base.objects(of: kind, limit: limit, after: name)
    }

    func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        try await base.latestVersion(of: kind)
    }

    func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        try await base.watch(kind, after: version)
    }

    func create(_ object: APIObject, durability: Durability) async throws -> APIObject {
        try await base.create(object, durability: durability)
    }

    func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject {
        try await base.update(object, part: part, durability: durability)
    }

    func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject {
        try await base.delete(key, precondition: precondition)
    }
}
