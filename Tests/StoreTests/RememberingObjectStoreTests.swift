import Model
import PostgresTestSupport
import Store
import Synchronization
import TestSupport
import Testing

/// On a real database that stops and starts.
@Suite(.needsPostgres, .timeLimit(.minutes(10))) struct RememberingObjectStoreTests {
    private let kind = KindName(rawValue: "Blueprint")

    /// Runs a body with a store that remembers Blueprints, its clock, and what it told.
    private func withRemembering(
        _ server: PostgresServer,
        _ body: (RememberingObjectStore, PostgreSQLObjectStore, ManualClock, inout AsyncStream<String>.AsyncIterator)
            async throws -> Void
    ) async throws {
        try await withStore(on: server, "remembered", patience: .milliseconds(20)) { primary in
            let clock = ManualClock()
            let store = RememberingObjectStore(
                primary, memory: try HostDatabase.inMemory(), kept: [kind, KindName(rawValue: "Approval")],
                absorbed: [kind, EventKind.descriptor.kind], clock: clock)
            let told = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(10))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await store.run {
                            told.continuation.yield("away: \($0.code == .unavailable)")
                        } whenBack: {
                            told.continuation.yield("back")
                        }
                    } catch is CancellationError {}
                }
                var iterator = told.stream.makeAsyncIterator()
                try await body(store, primary, clock, &iterator)
                group.cancelAll()
            }
        }
    }

    /// Lets time pass until the store is back, for its first attempt may come too early for the pool.
    private func comeBack(_ clock: ManualClock, _ told: inout AsyncStream<String>.AsyncIterator) async {
        var next: String?
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    await clock.sleepers(1)
                    clock.advance(by: .seconds(5))
                }
            }
            next = await told.next(isolation: #isolation)
            group.cancelAll()
        }
        #expect(next == "back")
    }

    @Test func `what was seen is read, and what is written is told, while the database is away`() async throws {
        try await withPostgres { server in
            try await withRemembering(server) { store, primary, clock, told in
                let first = try await store.create(blueprint("a", 1), durability: .synced)
                let second = try await store.create(blueprint("b", 1), durability: .synced)
                _ = try await store.create(blueprint("c", 1), durability: .synced)
                try await server.stop(.fast)

                #expect(try await store.object(first.key) == first)
                #expect(await told.next(isolation: #isolation) == "away: true")
                #expect(store.outage?.code == .unavailable)
                #expect(
                    try await store.objects(of: kind, limit: nil, after: nil).items.map(\.metadata.name) == [
                        "a", "b", "c",
                    ])
                #expect(try await store.count(of: kind, after: "a") == 2)
                var change = second
                change.status = ["phase": "Ready"]
                _ = try await store.update(change, part: .status, durability: .deferred)
                #expect(try await store.object(second.key).status == ["phase": "Ready"])
                _ = try await store.create(blueprint("d", 4), durability: .deferred)
                #expect(
                    try await failureCode { try await store.create(blueprint("d"), durability: .synced) }
                        == .alreadyExists)
                _ = try await store.delete(first.key, precondition: nil)
                #expect(try await failureCode { try await store.object(first.key) } == .notFound)
                var heard: [String] = []
                for await event in store.absorptions {
                    if case .deleted(let object) = event { heard.append("-" + object.metadata.name) }
                    if case .modified(let object) = event { heard.append(object.metadata.name) }
                    if heard.count == 3 { break }
                }
                #expect(heard == ["b", "d", "-a"])

                try await server.start()
                await comeBack(clock, &told)
                #expect(store.outage == nil)
                let stored = try await primary.objects(of: kind, limit: nil, after: nil).items
                #expect(stored.map(\.metadata.name) == ["b", "c", "d"])
                #expect(stored[0].status == ["phase": "Ready"] && stored[0].metadata.uid == second.metadata.uid)
                #expect(stored[2].spec["number"] == 4)
                #expect(try await store.object(second.key) == stored[0])
            }
        }
    }

    @Test func `what nobody remembers or absorbs is refused at once, and events are bounded`() async throws {
        try await withPostgres { server in
            try await withRemembering(server) { store, primary, clock, told in
                let approval = APIObject(
                    kind: KindName(rawValue: "Approval"), metadata: ObjectMeta(name: "run-1"), spec: [:])
                _ = try await store.create(approval, durability: .synced)
                try await server.stop(.fast)
                let role = ObjectKey(kind: KindName(rawValue: "Role"), name: "r")
                #expect(try await failureCode { try await store.object(role) } == .unavailable)
                #expect(await told.next(isolation: #isolation) == "away: true")
                #expect(
                    try await failureCode { try await store.watch(kind, after: ResourceVersion(0)) } == .unavailable)
                #expect(try await store.object(approval.key).metadata.name == "run-1")
                #expect(
                    try await failureCode { try await store.update(approval, part: .status, durability: .synced) }
                        == .unavailable)
                let events = EventKind.descriptor.kind
                for number in 0..<1_100 {
                    let event = APIObject(kind: events, metadata: ObjectMeta(name: "event-\(number)"), spec: [:])
                    _ = try await store.create(event, durability: .deferred)
                }
                #expect(try await store.count(of: events, after: nil) == 1_000)
                try await server.start()
                await comeBack(clock, &told)
                let told = try await primary.objects(of: events, limit: nil, after: nil).items
                #expect(told.contains { $0.metadata.name == "event-1099" })
                #expect(!told.contains { $0.metadata.name == "event-99" })
                #expect(try await failureCode { try await store.object(role) } == .notFound)
            }
        }
    }
}
