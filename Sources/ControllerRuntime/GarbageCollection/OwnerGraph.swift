import Model

/// Which objects are owned, and by whom: what events have told, no more.
///
/// It holds owned objects only, so that it is as large as what it is about.
struct OwnerGraph: Sendable {
    private var owners: [ObjectKey: [OwnerReference]] = [:]
    private var dependents: [String: Set<ObjectKey>] = [:]

    /// Every object that is known to be owned.
    var owned: [ObjectKey] { owners.keys.sorted() }

    /// The objects that are known to be owned by the object of a uid, in order.
    func dependents(of uid: String?) -> [ObjectKey] { uid.flatMap { dependents[$0] }.map { $0.sorted() } ?? [] }

    /// Takes in an event; returns the objects that are to be looked at.
    mutating func observe(_ event: WatchEventOfObject) -> [ObjectKey] {
        let object = event.object
        let references = object.metadata.ownerReferences ?? []
        let before = owners[object.key] ?? []
        forget(object.key)
        if event.isDeleted {
            let above = (references.isEmpty ? before : references).map {
                ObjectKey(kind: KindName(rawValue: $0.kind), name: $0.name)
            }
            return above + dependents(of: object.metadata.uid)
        }
        if !references.isEmpty {
            owners[object.key] = references
            for reference in references { dependents[reference.uid, default: []].insert(object.key) }
        }
        let finalizers = object.metadata.finalizers ?? []
        let isHeldHere =
            object.metadata.deletionTimestamp != nil
            && (finalizers.contains(foregroundFinalizer) || finalizers.contains(orphanFinalizer))
        // Who waited for this object may go on once it lets go of its owner.
        let left = before.filter { !references.contains($0) }.map {
            ObjectKey(kind: KindName(rawValue: $0.kind), name: $0.name)
        }
        return (references.isEmpty && !isHeldHere ? [] : [object.key]) + left
    }

    /// Forgets an object that is gone.
    mutating func forget(_ key: ObjectKey) {
        for reference in owners.removeValue(forKey: key) ?? [] {
            dependents[reference.uid]?.remove(key)
            if dependents[reference.uid]?.isEmpty == true { dependents[reference.uid] = nil }
        }
    }
}

/// A change of an object, without what else a watch tells.
struct WatchEventOfObject: Sendable {
    let object: APIObject
    let isDeleted: Bool
}
