import Model

/// What writes make of objects: one law for every backend.
struct ObjectWriteRules: Sendable {
    /// What an update makes of a stored object.
    enum Outcome {
        /// Nothing differs, so nothing is stored.
        case unchanged(APIObject)
        /// Stored with the next version.
        case changed(APIObject)
        /// The last finalizer is gone: removed with the next version.
        case removed(APIObject)
    }

    private static let nameLimit = 253
    private static let nameAttempts = 8
    let clock: @Sendable () -> WallTime
    let identifier: @Sendable () -> String

    /// A new object with what the server owns, but for its version; its name is empty where one is to be generated.
    func draft(of object: APIObject) throws(StoreError) -> APIObject {
        var object = object
        let isGenerated = object.metadata.name.isEmpty && object.metadata.generateName?.isEmpty == false
        if !isGenerated { try Self.checkName(object.key) }
        object.metadata.uid = identifier()
        object.metadata.generation = 1
        object.metadata.creationTimestamp = now()
        object.metadata.deletionTimestamp = nil
        object.metadata.resourceVersion = nil
        object.metadata.managedFields = object.metadata.managedFields.flatMap(timed)
        return object
    }

    /// A name after the object's `generateName` that is free.
    func generatedName(for object: APIObject, isFree: (ObjectKey) throws -> Bool) throws -> String {
        let prefix = object.metadata.generateName ?? ""
        for _ in 0..<Self.nameAttempts {
            let suffix = identifier().filter { $0 != "-" }.prefix(5)
            let key = ObjectKey(kind: object.kind, name: prefix + suffix)
            try Self.checkName(key)
            if try isFree(key) { return key.name }
        }
        throw StoreError(
            .alreadyExists,
            "cannot name a new \(object.kind.rawValue) after '\(prefix)': every name tried is taken; try again")
    }

    /// What an update makes of the stored object; what the store itself sets, it keeps.
    func updated(
        _ stored: APIObject, with object: APIObject, part: ObjectPart
    ) throws(StoreError) -> Outcome {
        var next = try merge(object, into: stored, part: part)
        if next == stored { return .unchanged(stored) }
        if next.spec != stored.spec { next.metadata.generation = (stored.metadata.generation ?? 0) + 1 }
        let isDone = next.metadata.deletionTimestamp != nil && (next.metadata.finalizers ?? []).isEmpty
        return isDone ? .removed(next) : .changed(next)
    }

    /// What a deletion makes of the stored object: while it has finalizers, it is marked only.
    func deleted(_ stored: APIObject) -> Outcome {
        var object = stored
        let isHeld = !(object.metadata.finalizers ?? []).isEmpty
        if isHeld && object.metadata.deletionTimestamp != nil { return .unchanged(object) }
        object.metadata.deletionTimestamp = object.metadata.deletionTimestamp ?? now()
        return isHeld ? .changed(object) : .removed(object)
    }

    /// The stored object if there is one and it is the one that the caller means.
    static func require(
        _ stored: APIObject?, _ key: ObjectKey, precondition: ResourceVersion?, uid: String?
    ) throws(StoreError) -> APIObject {
        guard let stored else { throw notFound(key) }
        if let precondition, let version = stored.metadata.resourceVersion, precondition != version {
            throw StoreError(
                .conflict,
                "cannot write \(name(key)): it is at version \(version.value), not \(precondition.value); "
                    + "read it again and repeat the change")
        }
        if let uid, let storedUID = stored.metadata.uid, uid != storedUID {
            throw StoreError(.conflict, "cannot write \(name(key)): it was deleted and made again; read it again")
        }
        return stored
    }

    /// An object in words.
    static func name(_ key: ObjectKey) -> String { "\(key.kind.rawValue) '\(key.name)'" }

    /// There is no such object.
    static func notFound(_ key: ObjectKey) -> StoreError { StoreError(.notFound, "there is no \(name(key))") }

    /// There is such an object already.
    static func alreadyExists(_ key: ObjectKey) -> StoreError {
        StoreError(.alreadyExists, "cannot create \(name(key)): there is one already")
    }

    private func merge(
        _ object: APIObject, into stored: APIObject, part: ObjectPart
    ) throws(StoreError) -> APIObject {
        var next = stored
        if part != .status {
            next.metadata.labels = object.metadata.labels
            next.metadata.annotations = object.metadata.annotations
            next.metadata.finalizers = object.metadata.finalizers
            next.metadata.ownerReferences = object.metadata.ownerReferences
            next.spec = object.spec
        }
        if part != .spec { next.status = object.status }
        if let managed = object.metadata.managedFields { next.metadata.managedFields = timed(managed) }
        let added = Set(next.metadata.finalizers ?? []).subtracting(stored.metadata.finalizers ?? [])
        guard stored.metadata.deletionTimestamp == nil || added.isEmpty else {
            throw StoreError(
                .invalid,
                "cannot add finalizers to \(Self.name(object.key)): it is being deleted; make it again afterwards")
        }
        return next
    }

    /// Managers with the time of this write where they have none; nil for none.
    private func timed(_ managed: [ManagedFieldsEntry]) -> [ManagedFieldsEntry]? {
        if managed.isEmpty { return nil }
        guard managed.contains(where: { $0.time == nil }) else { return managed }
        let time = WallTime(seconds: clock().nanoseconds / 1_000_000_000)
        return managed.map { entry in
            var entry = entry
            entry.time = entry.time ?? time
            return entry
        }
    }

    /// Times are stored as text with microseconds; what `create` returns is what a later read returns.
    private func now() -> WallTime { WallTime(nanoseconds: clock().nanoseconds / 1_000 * 1_000) }

    private static func checkName(_ key: ObjectKey) throws(StoreError) {
        let isSound =
            !key.name.isEmpty && key.name.utf8.count <= nameLimit
            && key.name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") }
        guard isSound, key.name != ".", key.name != ".." else {
            throw StoreError(
                .invalid,
                "cannot create \(name(key)): a name has 1 to \(nameLimit) bytes, no spaces, control characters or '/'"
            )
        }
    }
}
