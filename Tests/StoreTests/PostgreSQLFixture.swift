import Model
import Postgres
import PostgresTestSupport
import Store
import Synchronization
import TestSupport
import Testing

/// Runs a body with a store on a server, whose watches are fed meanwhile.
func withStore<Result: Sendable>(
    on server: PostgresServer, through proxy: PostgresProxy? = nil, _ partition: String, connections: Int = 2,
    patience: Duration = .seconds(20), statementTimeout: Duration = .seconds(10),
    limits: [KindName: Int] = [EventKind.descriptor.kind: 1_000],
    _ body: (PostgreSQLObjectStore) async throws -> Result
) async throws -> Result {
    let store = try PostgreSQLObjectStore(
        try server.configuration(
            "application_name=\(partition)", through: proxy, statementTimeout: statementTimeout),
        partition: Partition(rawValue: partition), connections: connections, patience: patience,
        backoff: ReconnectBackoff(initial: .milliseconds(5), maximum: .milliseconds(200)), limits: limits)
    defer { store.close() }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { do { try await store.run() } catch is CancellationError {} }
        let result = try await body(store)
        group.cancelAll()
        return result
    }
}

/// A partition that no other test uses.
func freshPartition() -> String {
    let number = partitionCount.add(1, ordering: .relaxed).newValue
    return "partition-\(number)"
}

private let partitionCount = Atomic<Int>(0)

/// The code of what a body throws; nil when it throws nothing.
func failureCode(_ body: () async throws -> some Any) async throws -> StoreError.Code? {
    do {
        _ = try await body()
        return nil
    } catch let error as StoreError {
        return error.code
    }
}

/// An object that tests store.
func blueprint(_ name: String, _ number: Int = 0) -> APIObject {
    APIObject(
        kind: KindName(rawValue: "Blueprint"), metadata: ObjectMeta(name: name),
        spec: ["number": .integer(Int64(number))])
}

extension ObjectStore {
    /// Makes a change to a counting object: the next number.
    func count(_ name: String, durability: Durability = .synced) async throws -> APIObject {
        while true {
            var object = try await object(ObjectKey(kind: KindName(rawValue: "Blueprint"), name: name))
            object.spec = ["number": .integer((object.spec["number"]?.integerValue ?? 0) + 1)]
            do { return try await update(object, part: .all, durability: durability) } catch let error as StoreError {
                guard error.code == .conflict else { throw error }
            }
        }
    }
}
