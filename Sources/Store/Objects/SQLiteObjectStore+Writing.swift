import FoundationEssentials
import GRDB
import Model
import Synchronization

extension SQLiteObjectStore {
    private static let sweepInterval = 64

    func insert(_ object: APIObject, durability: Durability) throws(StoreError) -> APIObject {
        let draft = try rules.draft(of: object)
        return try database.write(durability, "create \(ObjectWriteRules.name(draft.key))") { transaction in
            var object = draft
            if object.metadata.name.isEmpty {
                object.metadata.name = try rules.generatedName(for: object) { key in
                    try StoredObject.read(key, in: partition, transaction.database) == nil
                }
            }
            guard try StoredObject.read(object.key, in: partition, transaction.database) == nil else {
                throw ObjectWriteRules.alreadyExists(object.key)
            }
            return try store(object, .added, previous: nil, transaction)
        }
    }

    func replace(_ object: APIObject, part: ObjectPart, durability: Durability) throws(StoreError) -> APIObject {
        try database.write(durability, "update \(ObjectWriteRules.name(object.key))") { transaction in
            let stored = try ObjectWriteRules.require(
                try StoredObject.read(object.key, in: partition, transaction.database), object.key,
                precondition: object.metadata.resourceVersion, uid: object.metadata.uid)
            return try store(
                try rules.updated(stored, with: object, part: part), of: stored, transaction)
        }
    }

    func remove(_ key: ObjectKey, precondition: ResourceVersion?) throws(StoreError) -> APIObject {
        try database.write(.synced, "delete \(ObjectWriteRules.name(key))") { transaction in
            let stored = try ObjectWriteRules.require(
                try StoredObject.read(key, in: partition, transaction.database), key, precondition: precondition,
                uid: nil)
            return try store(rules.deleted(stored), of: stored, transaction)
        }
    }

    private func store(
        _ outcome: ObjectWriteRules.Outcome, of stored: APIObject, _ transaction: WriteTransaction
    ) throws -> APIObject {
        let previous = stored.metadata.resourceVersion
        switch outcome {
        case .unchanged(let object): return object
        case .changed(let object): return try store(object, .modified, previous: previous, transaction)
        case .removed(let object): return try store(object, .deleted, previous: previous, transaction)
        }
    }

    /// Stores a change with the next version, which the object that is returned carries.
    private func store(
        _ object: APIObject, _ change: ObjectHistory.Change, previous: ResourceVersion?,
        _ transaction: WriteTransaction
    ) throws -> APIObject {
        var object = object
        object.metadata.resourceVersion = try transaction.raiseVersion(of: partition)
        try write(object, change, previous: previous, transaction)
        try sweepIfDue(transaction)
        return object
    }

    private func write(
        _ object: APIObject, _ change: ObjectHistory.Change, previous: ResourceVersion?,
        _ transaction: WriteTransaction
    ) throws {
        guard let version = object.metadata.resourceVersion else {
            preconditionFailure("an object is stored with its version")
        }
        let data = try StoredObject.encode(object)
        let number = Int64(version.value)
        let (kind, partition) = (object.kind, partition)
        if let previous {
            try ObjectHistory.keep(object.key, at: previous, in: partition, transaction.database)
        }
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
        try ObjectHistory.append(
            change, data, of: object.key, in: partition, version, previous: previous, transaction.database)
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
            let previous = object.metadata.resourceVersion
            object.metadata.resourceVersion = try transaction.raiseVersion(of: partition)
            try write(object, .deleted, previous: previous, transaction)
        }
    }
}
