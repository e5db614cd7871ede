import FoundationEssentials
public import Model
import Postgres

extension PostgreSQLObjectStore {
    /// A write whose connection was lost as it committed is tried so often.
    private static let lossesMaximum = 8

    /// Stores a new object.
    public func create(_ object: APIObject, durability: Durability) async throws -> APIObject {
        try await create(object, durability: durability, under: nil)
    }

    /// Replaces a part of an object.
    public func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject {
        try await update(object, part: part, durability: durability, under: nil)
    }

    /// Deletes an object, or marks it for deletion while it has finalizers.
    public func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject {
        try await delete(key, precondition: precondition, under: nil)
    }
}

extension PostgreSQLObjectStore {
    func create(_ object: APIObject, durability: Durability, under lease: Lease?) async throws -> APIObject {
        let rules = rules
        let draft = try rules.draft(of: object)
        let key = draft.key
        return try await write("create \(ObjectWriteRules.name(key))", key, durability, lease) { stored, isFree in
            var object = draft
            if object.metadata.name.isEmpty {
                object.metadata.name = try rules.generatedName(for: object, isFree: isFree)
            } else if stored != nil {
                throw ObjectWriteRules.alreadyExists(key)
            }
            return .store(object, .added)
        }
    }

    func update(
        _ object: APIObject, part: ObjectPart, durability: Durability, under lease: Lease?
    ) async throws -> APIObject {
        let (key, rules) = (object.key, rules)
        return try await write("update \(ObjectWriteRules.name(key))", key, durability, lease) { stored, _ in
            let stored = try ObjectWriteRules.require(
                stored, key, precondition: object.metadata.resourceVersion, uid: object.metadata.uid)
            return Decision(try rules.updated(stored, with: object, part: part))
        }
    }

    func delete(_ key: ObjectKey, precondition: ResourceVersion?, under lease: Lease?) async throws -> APIObject {
        let rules = rules
        return try await write("delete \(ObjectWriteRules.name(key))", key, .synced, lease) { stored, _ in
            let stored = try ObjectWriteRules.require(stored, key, precondition: precondition, uid: nil)
            return Decision(rules.deleted(stored))
        }
    }

    /// What a write comes to, once it is known what is stored.
    enum Decision: Sendable {
        case keep(APIObject)
        case store(APIObject, ObjectHistory.Change)

        init(_ outcome: ObjectWriteRules.Outcome) {
            switch outcome {
            case .unchanged(let object): self = .keep(object)
            case .changed(let object): self = .store(object, .modified)
            case .removed(let object): self = .store(object, .deleted)
            }
        }
    }

    typealias Decide = @Sendable (APIObject?, _ isFree: (ObjectKey) throws -> Bool) throws -> Decision

    /// One transaction of two round trips: take the partition's row and read, then write and commit.
    ///
    /// The row is held to the end of the commit, so versions become visible in their order. When the connection is lost
    /// as it commits, another looks for the write by its mark.
    private func write(
        _ act: @autoclosure @escaping @Sendable () -> String, _ key: ObjectKey, _ durability: Durability,
        _ lease: Lease?, _ decide: @escaping Decide
    ) async throws -> APIObject {
        let (partition, limits) = (partition, limits)
        for _ in 0..<Self.lossesMaximum {
            let outcome = try await perform(act()) { session in
                let transaction = PostgreSQLWrite(session, partition: partition, limits: limits, under: lease)
                return try transaction.run(key, durability, decide)
            }
            switch outcome {
            case .done(let object): return object
            case .unknown(let object, let mark, let loss):
                if try await isCommitted(object, mark: mark, loss, act()) { return object }
            }
        }
        throw StoreError(
            .unavailable, "cannot \(act()): the connection was lost \(Self.lossesMaximum) times; try again")
    }

    /// Whether a write whose commit was not answered took effect; if not, it never will.
    private func isCommitted(
        _ object: APIObject, mark: Int64, _ loss: PostgresError, _ act: String
    ) async throws -> Bool {
        let partition = partition
        let version = Int64(object.metadata.resourceVersion?.value ?? 0)
        let finding: PostgreSQLWrite.Trace
        do {
            finding = try await perform(act) { session in
                try PostgreSQLWrite.trace(session, partition: partition, version: version, mark: mark)
            }
        } catch let error as StoreError {
            throw StoreError(
                .unavailable,
                "cannot tell whether it was possible to \(act): \(loss), and then: \(error); read it again",
                cause: error)
        }
        switch finding {
        case .committed: return true
        case .absent: return false
        case .forgotten:
            throw StoreError(
                .unavailable, "cannot tell whether it was possible to \(act): \(loss); read it again", cause: loss)
        }
    }
}
