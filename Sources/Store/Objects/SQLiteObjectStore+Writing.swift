import FoundationEssentials
import GRDB
import Model
import Synchronization

extension SQLiteObjectStore {
    private static let nameLimit = 253
    private static let nameAttempts = 8
    private static let sweepInterval = 64

    func insert(_ object: APIObject, durability: Durability) throws(StoreError) -> APIObject {
        var object = object
        let isGenerated = object.metadata.name.isEmpty && object.metadata.generateName?.isEmpty == false
        if !isGenerated { try Self.checkName(object.key) }
        object.metadata.uid = identifier()
        object.metadata.generation = 1
        object.metadata.creationTimestamp = now()
        object.metadata.deletionTimestamp = nil
        object.metadata.resourceVersion = nil
        let template = object
        return try database.write(durability, "create \(Self.name(template.key))") { transaction in
            var object = template
            if isGenerated { object.metadata.name = try freeName(for: object, transaction.database) }
            guard try StoredObject.read(object.key, in: partition, transaction.database) == nil else {
                throw StoreError(.alreadyExists, "cannot create \(Self.name(object.key)): there is one already")
            }
            object.metadata.resourceVersion = try transaction.raiseVersion(of: partition)
            try store(object, .added, transaction)
            try sweepIfDue(transaction)
            return object
        }
    }

    func replace(_ object: APIObject, part: ObjectPart, durability: Durability) throws(StoreError) -> APIObject {
        try database.write(durability, "update \(Self.name(object.key))") { transaction in
            let stored = try requireStored(
                object.key, precondition: object.metadata.resourceVersion, uid: object.metadata.uid,
                transaction.database)
            var next = try Self.merge(object, into: stored, part: part)
            if next == stored { return stored }
            if next.spec != stored.spec { next.metadata.generation = (stored.metadata.generation ?? 0) + 1 }
            next.metadata.resourceVersion = try transaction.raiseVersion(of: partition)
            let isDone = next.metadata.deletionTimestamp != nil && (next.metadata.finalizers ?? []).isEmpty
            try store(next, isDone ? .deleted : .modified, transaction)
            try sweepIfDue(transaction)
            return next
        }
    }

    func remove(_ key: ObjectKey, precondition: ResourceVersion?) throws(StoreError) -> APIObject {
        try database.write(.synced, "delete \(Self.name(key))") { transaction in
            var object = try requireStored(key, precondition: precondition, uid: nil, transaction.database)
            let isHeld = !(object.metadata.finalizers ?? []).isEmpty
            if isHeld && object.metadata.deletionTimestamp != nil { return object }
            object.metadata.deletionTimestamp = object.metadata.deletionTimestamp ?? now()
            object.metadata.resourceVersion = try transaction.raiseVersion(of: partition)
            try store(object, isHeld ? .modified : .deleted, transaction)
            try sweepIfDue(transaction)
            return object
        }
    }

    /// What an update makes of the stored object; what the store itself sets, it keeps.
    private static func merge(
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
        let added = Set(next.metadata.finalizers ?? []).subtracting(stored.metadata.finalizers ?? [])
        guard stored.metadata.deletionTimestamp == nil || added.isEmpty else {
            throw StoreError(
                .invalid, "cannot add finalizers to \(name(object.key)): it is being deleted; make it again afterwards")
        }
        return next
    }

    private func requireStored(
        _ key: ObjectKey, precondition: ResourceVersion?, uid: String?, _ database: Database
    ) throws -> APIObject {
        guard let stored = try StoredObject.read(key, in: partition, database) else { throw Self.notFound(key) }
        if let precondition, let version = stored.metadata.resourceVersion, precondition != version {
            throw StoreError(
                .conflict,
                "cannot write \(Self.name(key)): it is at version \(version.value), not \(precondition.value); "
                    + "read it again and repeat the change")
        }
        if let uid, let storedUID = stored.metadata.uid, uid != storedUID {
            throw StoreError(
                .conflict, "cannot write \(Self.name(key)): it was deleted and made again; read it again")
        }
        return stored
    }

    private func store(_ object: APIObject, _ change: ObjectHistory.Change, _ transaction: WriteTransaction) throws {
        guard let version = object.metadata.resourceVersion else {
            preconditionFailure("an object is stored with its version")
        }
        let data = try StoredObject.encode(object)
        let number = Int64(version.value)
        let (kind, partition) = (object.kind, partition)
        if change == .deleted {
            try transaction.database.run(
                "DELETE FROM objects WHERE partition = ? AND kind = ? AND name = ?",
                [partition.rawValue, kind.rawValue, object.metadata.name])
        } else {
            try transaction.database.run(
                """
                INSERT INTO objects (partition, kind, name, uid, version, data) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (partition, kind, name) DO UPDATE SET
                    uid = excluded.uid, version = excluded.version, data = excluded.data
                """,
                [partition.rawValue, kind.rawValue, object.metadata.name, object.metadata.uid, number, data])
        }
        try ObjectHistory.append(change, data, of: kind, in: partition, version, transaction.database)
        let hub = database.hub
        let event = change.event(object)
        transaction.whenCommitted { hub.publish([event], of: kind, in: partition) }
    }

    /// Once in so many writes, cuts what is over a bound; until then it is that much over.
    private func sweepIfDue(_ transaction: WriteTransaction) throws {
        guard database.objectWrites.add(1, ordering: .relaxed).newValue % Self.sweepInterval == 0 else { return }
        try ObjectHistory.cut(in: partition, transaction.database)
        for (kind, limit) in limits { try enforce(limit, of: kind, transaction) }
    }

    /// Removes the objects of a kind that were written longest ago.
    private func enforce(_ limit: Int, of kind: KindName, _ transaction: WriteTransaction) throws {
        let old = try transaction.database.allRows(
            """
            SELECT data, version FROM objects WHERE partition = ? AND kind = ?
            ORDER BY version DESC LIMIT -1 OFFSET ?
            """, [partition.rawValue, kind.rawValue, limit]
        ) { try StoredObject.decode($0[0], kind: kind, version: $0[1]) }
        for var object in old {
            object.metadata.resourceVersion = try transaction.raiseVersion(of: partition)
            try store(object, .deleted, transaction)
        }
    }

    private func freeName(for object: APIObject, _ database: Database) throws -> String {
        let prefix = object.metadata.generateName ?? ""
        for _ in 0..<Self.nameAttempts {
            let suffix = identifier().filter { $0 != "-" }.prefix(5)
            let key = ObjectKey(kind: object.kind, name: prefix + suffix)
            try Self.checkName(key)
            if try StoredObject.read(key, in: partition, database) == nil { return key.name }
        }
        throw StoreError(
            .alreadyExists,
            "cannot name a new \(object.kind.rawValue) after '\(prefix)': every name tried is taken; try again")
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
