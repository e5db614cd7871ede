import Model
import Store
import Testing

@testable import ControllerRuntime

@Suite struct EventRecorderTests {
    private let reason = Reason(rawValue: "Drifted")
    private let key = ObjectKey(kind: BlueprintKind.descriptor.kind, name: "web")

    private func events(_ store: SQLiteObjectStore) async throws -> [EventKind.Spec] {
        try await store.objects(of: EventKind.descriptor.kind, limit: nil, after: nil).items
            .map { try Object<EventKind>($0).spec }
    }

    @Test func `an equal event counts up, another object of the name has its own`() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let recorder = EventRecorder(store: store, source: "test") { WallTime(seconds: 7) }
        let object = APIObject(kind: key.kind, metadata: ObjectMeta(name: "web"))
        let first = try await store.create(object, durability: .deferred)
        for _ in 0..<3 { try await recorder.record(.warning, on: key, reason: reason, message: "a") }
        var events = try await events(store)
        #expect(events.map(\.count) == [3])
        #expect(events.first?.involvedUID == first.metadata.uid)
        _ = try await store.delete(key, precondition: nil)
        _ = try await store.create(object, durability: .deferred)
        try await recorder.record(.warning, on: key, reason: reason, message: "a")
        events = try await self.events(store)
        #expect(events.map(\.count).sorted() == [1, 3])
    }

    @Test func `events that differ in their message only become one when there are many`() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let recorder = EventRecorder(store: store, source: "test") { WallTime(seconds: 7) }
        for index in 0..<15 {
            try await recorder.record(.normal, on: key, reason: reason, message: "message \(index)")
        }
        // What was told by itself goes on to be.
        try await recorder.record(.normal, on: key, reason: reason, message: "message 3")
        let events = try await events(store)
        #expect(events.count == SimilarEvents.messagesMaximum + 1)
        let combined = try #require(events.first { $0.message.hasPrefix("(combined from similar events): ") })
        #expect(combined.count == 5)
        #expect(combined.message.hasSuffix("message 14"))
        #expect(events.first { $0.message == "message 3" }?.count == 2)
    }

    @Test func `after a quiet time messages are told one by one again`() {
        let similar = SimilarEvents()
        func note(_ index: Int, at seconds: Int64) -> Bool {
            let spec = EventKind.Spec(
                involvedKind: "Blueprint", involvedName: "web", type: "Normal", reason: "R", message: "\(index)",
                time: WallTime(seconds: seconds), source: "s")
            return similar.note(spec, at: WallTime(seconds: seconds))
        }
        for index in 0..<SimilarEvents.messagesMaximum { #expect(!note(index, at: 0)) }
        #expect(note(99, at: 1))
        #expect(!note(100, at: 1 + SimilarEvents.intervalSeconds + 1))
    }

    @Test func `what is remembered of other objects is bounded`() {
        let similar = SimilarEvents()
        for index in 0..<(SimilarEvents.groupsMaximum * 3) {
            let spec = EventKind.Spec(
                involvedKind: "Blueprint", involvedName: "b-\(index)", type: "Normal", reason: "R", message: "m",
                time: WallTime(seconds: Int64(index)), source: "s")
            #expect(!similar.note(spec, at: WallTime(seconds: Int64(index))))
        }
    }
}
