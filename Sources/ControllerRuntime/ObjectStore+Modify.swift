public import Model
public import Store

extension ObjectStore {
    /// Reads an object of a known kind.
    public func read<K: Kind>(_ kind: K.Type, _ name: String) async throws -> Object<K> {
        try Object<K>(await object(ObjectKey(kind: K.descriptor.kind, name: name)))
    }

    /// Reads an object of a known kind again; while it has not changed, what is known is returned.
    public func read<K: Kind>(again known: Object<K>) async throws -> Object<K> {
        guard let version = known.metadata.resourceVersion else { return try await read(K.self, known.metadata.name) }
        let key = ObjectKey(kind: K.descriptor.kind, name: known.metadata.name)
        return try await object(key, unless: version).map { object throws(ModelError) in try Object<K>(object) }
            ?? known
    }

    /// Changes part of an object: reads it, lets `change` work on it and writes it, again when somebody else came
    /// between.
    ///
    /// Writes nothing when `change` left it as it was. Returns what is stored then. `declared` says who declares what
    /// is passed on.
    @discardableResult
    public func modify<K: Kind>(
        _ kind: K.Type, _ name: String, part: ObjectPart, durability: Durability = .deferred,
        declared: FieldDeclaration? = nil, _ change: (inout Object<K>) throws -> Void
    ) async throws -> Object<K> {
        var attempts = 0
        while true {
            let object = try await object(ObjectKey(kind: K.descriptor.kind, name: name))
            let stored = try Object<K>(object)
            var next = stored
            try change(&next)
            if next == stored { return stored }
            do {
                var written = try next.untyped()
                try written.noteManagers(part, replacing: object, declared: declared)
                return try Object<K>(await update(written, part: part, durability: durability))
            } catch let error as StoreError where error.code == .conflict && attempts < 16 {
                attempts += 1
            }
        }
    }

    /// Stores a new object of a controller, with who wrote what.
    @discardableResult
    public func make<K: Kind>(
        _ object: Object<K>, durability: Durability = .deferred, declared: FieldDeclaration? = nil
    ) async throws -> APIObject {
        var made = try object.untyped()
        try made.noteManagers(.all, replacing: nil, declared: declared)
        return try await create(made, durability: durability)
    }
}
