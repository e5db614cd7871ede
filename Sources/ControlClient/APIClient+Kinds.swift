public import Model

extension APIClient {
    /// The object of a known kind with a name; a resource's name is taken in any form.
    public func get<K: Kind>(_ kind: K.Type, _ name: String) async throws(ControlClientError) -> Object<K> {
        try Self.typed(try await get(ObjectKey(kind: K.descriptor.kind, name: name)))
    }

    /// All objects of a known kind.
    public func list<K: Kind>(
        _ kind: K.Type, _ options: ListOptions = ListOptions()
    ) async throws(ControlClientError) -> TypedList<K> {
        let list = try await list(K.descriptor.kind, options)
        var items: [Object<K>] = []
        items.reserveCapacity(list.items.count)
        for item in list.items { items.append(try Self.typed(item)) }
        return TypedList(items: items, version: list.version)
    }

    /// Stores a new object; with `isDryRun` it is only checked.
    public func create<K: Kind>(
        _ object: Object<K>, isDryRun: Bool = false
    ) async throws(ControlClientError) -> Object<K> {
        try Self.typed(try await create(try Self.untyped(object), isDryRun: isDryRun))
    }

    /// Replaces an object whose version is still the one that it carries, if it carries one.
    public func update<K: Kind>(
        _ object: Object<K>, isDryRun: Bool = false
    ) async throws(ControlClientError) -> Object<K> {
        try Self.typed(try await update(try Self.untyped(object), isDryRun: isDryRun))
    }

    /// Changes an object.
    public func patch<K: Kind>(
        _ kind: K.Type, _ name: String, _ patch: ObjectPatch, isDryRun: Bool = false
    ) async throws(ControlClientError) -> Object<K> {
        let key = ObjectKey(kind: K.descriptor.kind, name: name)
        return try Self.typed(try await self.patch(key, patch, isDryRun: isDryRun))
    }

    /// Deletes an object; returns it while finalizers hold it, nil once it is gone.
    @discardableResult
    public func delete<K: Kind>(
        _ kind: K.Type, _ name: String, isDryRun: Bool = false
    ) async throws(ControlClientError) -> Object<K>? {
        guard let held = try await delete(ObjectKey(kind: K.descriptor.kind, name: name), isDryRun: isDryRun) else {
            return nil
        }
        return try Self.typed(held)
    }

    private static func typed<K: Kind>(_ object: APIObject) throws(ControlClientError) -> Object<K> {
        do {
            return try Object<K>(object)
        } catch {
            throw ControlClientError(
                .badAnswer, "cannot read \(object.kind.rawValue) '\(object.metadata.name)': \(error.message)",
                cause: error)
        }
    }

    private static func untyped<K: Kind>(_ object: Object<K>) throws(ControlClientError) -> APIObject {
        do {
            return try object.untyped()
        } catch {
            throw ControlClientError(.invalid, error.message, cause: error)
        }
    }
}
