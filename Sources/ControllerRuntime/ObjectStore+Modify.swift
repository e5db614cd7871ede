public import Model
public import Store

extension ObjectStore {
    /// Reads an object of a known kind.
    public func read<K: Kind>(_ kind: K.Type, _ name: String) async throws -> Object<K> {
        try Object<K>(await object(ObjectKey(kind: K.descriptor.kind, name: name)))
    }

    /// Changes part of an object: reads it, lets `change` work on it and writes it, again when somebody else came
    /// between.
    ///
    /// Writes nothing when `change` left it as it was. Returns what is stored then.
    @discardableResult
    public func modify<K: Kind>(
        _ kind: K.Type, _ name: String, part: ObjectPart, durability: Durability = .deferred,
        _ change: (inout Object<K>) throws -> Void
    ) async throws -> Object<K> {
        var attempts = 0
        while true {
            let stored = try await read(kind, name)
            var next = stored
            try change(&next)
            if next == stored { return stored }
            do {
                return try Object<K>(await update(next.untyped(), part: part, durability: durability))
            } catch let error as StoreError where error.code == .conflict && attempts < 16 {
                attempts += 1
            }
        }
    }
}
