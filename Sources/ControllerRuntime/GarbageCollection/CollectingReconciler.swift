import Logging
import Model
import Store
import Synchronization

/// Looks at one object: deletes it when all its owners are gone, and lets go of it when its own deletion waits for
/// what it owns.
struct CollectingReconciler: Reconciler {
    private static let conflictDelay = Duration.milliseconds(20)

    let store: any ObjectStore
    let readers: [KindName: any ObjectReading]
    let audit: @Sendable (CollectedObject) async throws -> Void
    let logger: Logger
    private let graph = SharedGraph()

    /// The graph of owners, shared by informers and workers.
    private final class SharedGraph: Sendable {
        let owners = Mutex(OwnerGraph())
    }

    init(
        store: any ObjectStore, readers: [KindName: any ObjectReading],
        audit: @escaping @Sendable (CollectedObject) async throws -> Void, logger: Logger
    ) {
        self.store = store
        self.readers = readers
        self.audit = audit
        self.logger = logger
    }

    /// Takes in an event; returns the objects that are to be looked at.
    func observe(_ event: WatchEvent) -> [ObjectKey] {
        switch event {
        case .added(let object), .modified(let object):
            graph.owners.withLock { $0.observe(WatchEventOfObject(object: object, isDeleted: false)) }
        case .deleted(let object):
            graph.owners.withLock { $0.observe(WatchEventOfObject(object: object, isDeleted: true)) }
        case .bookmark: []
        }
    }

    /// Every object that is known to be owned.
    var owned: [ObjectKey] { graph.owners.withLock { $0.owned } }

    func reconcile(_ key: ObjectKey) async throws -> Outcome {
        do {
            guard let object = try await existing(key) else {
                graph.owners.withLock { $0.forget(key) }
                return .done
            }
            if object.metadata.deletionTimestamp != nil {
                let finalizers = object.metadata.finalizers ?? []
                if finalizers.contains(orphanFinalizer) { return try await orphanDependents(of: object) }
                if finalizers.contains(foregroundFinalizer) { return try await deleteDependents(of: object) }
                return .done
            }
            return try await collect(object)
        } catch let error as StoreError where error.code == .conflict {
            // Somebody else wrote it: what it is now decides.
            return .again(after: Self.conflictDelay)
        } catch let error as StoreError where error.code == .notFound {
            return .again(after: Self.conflictDelay)
        }
    }

    /// How an owner stands to what it owns.
    private enum Standing {
        case present
        /// It waits, in the foreground, for what it owns to be gone.
        case waiting
        case gone
        /// Of a kind that this daemon does not serve: nothing is known of it, so nothing is done.
        case unknown
    }

    /// Deletes an object whose owners are all gone; an object that has one left loses its references to the others.
    private func collect(_ object: APIObject) async throws -> Outcome {
        let references = object.metadata.ownerReferences ?? []
        guard !references.isEmpty else { return .done }
        var kept: [OwnerReference] = []
        var lost: [CollectedObject.Owner] = []
        var isAwaited = false
        for reference in references {
            switch try await standing(of: reference) {
            case .present, .unknown: kept.append(reference)
            case .waiting:
                isAwaited = true
                lost.append(CollectedObject.Owner(reference, isGone: false))
            case .gone: lost.append(CollectedObject.Owner(reference, isGone: true))
            }
        }
        if kept == references { return .done }
        if !kept.isEmpty {
            var next = object
            next.metadata.ownerReferences = kept
            _ = try await store.update(next, part: .spec, durability: .synced)
            return .done
        }
        let hasDependents = !dependents(of: object).isEmpty
        try await delete(object, of: lost, inForeground: isAwaited && hasDependents)
        return .done
    }

    private func standing(of reference: OwnerReference) async throws -> Standing {
        let kind = KindName(rawValue: reference.kind)
        guard reference.apiVersion == apiVersionName, KindRegistry.descriptor(of: kind) != nil else { return .unknown }
        guard let owner = try await existing(ObjectKey(kind: kind, name: reference.name)),
            owner.metadata.uid == reference.uid
        else { return .gone }
        let isWaiting =
            owner.metadata.deletionTimestamp != nil
            && (owner.metadata.finalizers ?? []).contains(foregroundFinalizer)
        return isWaiting ? .waiting : .present
    }

    /// Deletes what an object owns, and lets go of it once nothing is left that it waits for.
    private func deleteDependents(of owner: APIObject) async throws -> Outcome {
        var isBlocked = false
        for key in dependents(of: owner) {
            guard let dependent = try await existing(key), let reference = reference(of: dependent, to: owner) else {
                continue
            }
            isBlocked = isBlocked || reference.blockOwnerDeletion == true
            // One with another owner loses its reference only.
            if dependent.metadata.deletionTimestamp == nil { _ = try await collect(dependent) }
        }
        if isBlocked {
            for key in dependents(of: owner) {
                guard let dependent = try await existing(key), let left = reference(of: dependent, to: owner),
                    left.blockOwnerDeletion == true
                else { continue }
                // Its deletion wakes the owner.
                return .done
            }
        }
        try await release(owner, from: foregroundFinalizer)
        return .done
    }

    /// Takes the references to an object from what it owns, and lets go of it.
    private func orphanDependents(of owner: APIObject) async throws -> Outcome {
        for key in dependents(of: owner) {
            guard var dependent = try await existing(key), reference(of: dependent, to: owner) != nil else { continue }
            dependent.metadata.ownerReferences = dependent.metadata.ownerReferences?.filter {
                $0.uid != owner.metadata.uid
            }
            _ = try await store.update(dependent, part: .spec, durability: .synced)
        }
        try await release(owner, from: orphanFinalizer)
        return .done
    }

    private func release(_ object: APIObject, from finalizer: String) async throws {
        guard var next = try await existing(object.key), next.metadata.uid == object.metadata.uid else { return }
        next.metadata.finalizers = next.metadata.finalizers?.filter { $0 != finalizer }
        _ = try await store.update(next, part: .spec, durability: .synced)
    }

    /// Audits the deletion first: one that cannot be is tried again later.
    private func delete(
        _ object: APIObject, of owners: [CollectedObject.Owner], inForeground: Bool
    ) async throws {
        try await audit(CollectedObject(key: object.key, uid: object.metadata.uid ?? "", owners: owners))
        var object = object
        if inForeground, !(object.metadata.finalizers ?? []).contains(foregroundFinalizer) {
            object.metadata.finalizers = (object.metadata.finalizers ?? []) + [foregroundFinalizer]
            object = try await store.update(object, part: .spec, durability: .synced)
        }
        _ = try await store.delete(object.key, precondition: object.metadata.resourceVersion)
        logger.info(
            "object deleted, as its owners are gone",
            metadata: [LogKey.object: "\(object.kind.rawValue)/\(object.metadata.name)"])
    }

    private func dependents(of owner: APIObject) -> [ObjectKey] {
        graph.owners.withLock { $0.dependents(of: owner.metadata.uid) }
    }

    private func reference(of dependent: APIObject, to owner: APIObject) -> OwnerReference? {
        dependent.metadata.ownerReferences?.first { $0.uid == owner.metadata.uid }
    }

    private func existing(_ key: ObjectKey) async throws -> APIObject? {
        do {
            return try await (readers[key.kind] ?? store).object(key)
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }
}
