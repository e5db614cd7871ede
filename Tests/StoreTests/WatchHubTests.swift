import Model
import Testing

@testable import Store

@Suite struct WatchHubTests {
    private let kind = KindName(rawValue: "Blueprint")
    private let error = StoreError(.expired, "the database was replaced")

    private func event(_ version: UInt64) -> WatchEvent {
        var object = APIObject(kind: kind, metadata: ObjectMeta(name: "web"))
        object.metadata.resourceVersion = ResourceVersion(version)
        return .modified(object)
    }

    private func begin(_ hub: WatchHub, after version: UInt64) throws -> WatchHub.Stream {
        try hub.begin(
            try hub.reserve(kind, in: .local), missed: [], after: ResourceVersion(version))
    }

    private func outcome(_ stream: WatchHub.Stream) async throws -> Int {
        var count = 0
        do { for try await _ in stream { count += 1 } } catch let error as StoreError {
            #expect(error.code == .expired)
            return -1
        }
        return count
    }

    @Test func `streams from before a version end, and those after it go on`() async throws {
        let hub = WatchHub()
        let (old, new) = (try begin(hub, after: 99), try begin(hub, after: 100))
        hub.finish(in: .local, before: ResourceVersion(100), error)
        hub.publish([event(101)], of: kind, in: .local)
        #expect(try await outcome(old) == -1)
        hub.finish(in: .local, StoreError(.expired, "closed"))
        var iterator = new.makeAsyncIterator()
        #expect(try await iterator.next(isolation: #isolation) == event(101))
        #expect(!hub.isWatched(kind, in: .local))
    }

    @Test func `a place that was taken before begins only after the version`() async throws {
        let hub = WatchHub()
        let (early, late) = (try hub.reserve(kind, in: .local), try hub.reserve(kind, in: .local))
        hub.finish(in: .local, before: ResourceVersion(100), error)
        hub.publish([event(101)], of: kind, in: .local)
        #expect(throws: StoreError.self) { try hub.begin(early, missed: [], after: ResourceVersion(99)) }
        var iterator = try hub.begin(late, missed: [], after: ResourceVersion(100)).makeAsyncIterator()
        #expect(try await iterator.next(isolation: #isolation) == event(101))
        #expect(hub.isWatched(kind, in: .local))
    }
}
