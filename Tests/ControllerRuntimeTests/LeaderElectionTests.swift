import ControllerRuntime
import Logging
import Model
import Postgres
import PostgresTestSupport
import Store
import Synchronization
import TestSupport
import Testing

@Suite(.needsPostgres, .postgres) struct LeaderElectionTests {
    /// What happens to candidates.
    private enum Happening: Equatable, Sendable {
        case leads(String)
        case stops(String)
    }

    /// One host that stands for election: its clock, its store and what it does as a leader.
    private final class Candidate: Sendable {
        let name: String
        let clock = ManualClock()
        let store: PostgreSQLObjectStore
        let leader = Mutex<FencedObjectStore?>(nil)

        init(_ name: String, _ configuration: PostgresConfiguration) throws {
            self.name = name
            store = try PostgreSQLObjectStore(
                configuration, partition: Partition(rawValue: "fleet"), connections: 2, patience: .milliseconds(10),
                backoff: ReconnectBackoff(initial: .milliseconds(1), maximum: .milliseconds(20)))
        }

        func run(_ lease: String, _ events: AsyncStream<Happening>.Continuation) async throws {
            let timing = LeaderElectionTiming(
                leaseDuration: .seconds(15), renewInterval: .seconds(5), retryInterval: .seconds(3))
            let election = LeaderElection(
                store: store, name: lease, holder: name, timing: timing, clock: clock, logger: Logger(label: "test")
            ) { [self] leader in
                self.leader.withLock { $0 = leader }
                events.yield(.leads(name))
                defer { events.yield(.stops(name)) }
                try await ManualClock().sleep(for: .seconds(1))
            }
            try await election.run()
        }

        func write(_ object: String) async throws -> StoreError.Code? {
            let leader = try #require(leader.withLock { $0 })
            do {
                let object = APIObject(kind: KindName(rawValue: "Blueprint"), metadata: ObjectMeta(name: object))
                _ = try await leader.create(object, durability: .synced)
                return nil
            } catch let error as StoreError { return error.code }
        }
    }

    private func withCandidates(
        _ lease: String, _ candidates: [Candidate],
        _ body: (inout AsyncStream<Happening>.AsyncIterator) async throws -> Void
    ) async throws {
        let events = AsyncStream.makeStream(of: Happening.self, bufferingPolicy: .bufferingNewest(100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for candidate in candidates {
                group.addTask {
                    do { try await candidate.run(lease, events.continuation) } catch is CancellationError {}
                }
            }
            var iterator = events.stream.makeAsyncIterator()
            try await body(&iterator)
            group.cancelAll()
        }
        for candidate in candidates { candidate.store.close() }
    }

    /// Moves a candidate's clock by its retries until something happens.
    private func retry(
        _ candidate: Candidate, until happening: Happening, _ events: inout AsyncStream<Happening>.AsyncIterator
    ) async throws {
        for _ in 0..<6 {
            await candidate.clock.sleepers(1)
            candidate.clock.advance(by: .seconds(3))
        }
        #expect(await events.next(isolation: #isolation) == happening)
    }

    @Test func `of two candidates one leads, and the other takes over after its end`() async throws {
        let configuration = try PostgresServer.current.configuration()
        let (left, right) = (try Candidate("left", configuration), try Candidate("right", configuration))
        try await withCandidates("handover", [left]) { events in
            #expect(await events.next(isolation: #isolation) == .leads("left"))
            #expect(try await left.write("handover-1") == nil)
            try await withCandidates("handover", [right]) { events in
                // The leader renews: its record changes, so the other sees no silence and asks in vain.
                for _ in 0..<6 {
                    await left.clock.sleepers(2)
                    await right.clock.sleepers(1)
                    left.clock.advance(by: .seconds(5))
                    right.clock.advance(by: .seconds(3))
                }
                #expect(right.leader.withLock { $0 == nil })
                let record = try #require(try await right.store.leases.record("handover"))
                #expect(record.holder == "left")
                // It dies: nobody renews any more.
                try await retry(right, until: .leads("right"), &events)
                #expect(try await right.write("handover-2") == nil)
                #expect(try await left.write("handover-3") == .fenced)
            }
        }
    }

    @Test func `a leader that is cut off is replaced, and writes nothing when it comes back`() async throws {
        let server = try PostgresServer.current
        try await server.withProxy { proxy in
            let far = try Candidate(
                "far",
                try server.configuration(through: proxy, connectTimeout: .seconds(2), statementTimeout: .seconds(1)))
            let near = try Candidate("near", try server.configuration())
            try await withCandidates("partition", [far]) { events in
                #expect(await events.next(isolation: #isolation) == .leads("far"))
                #expect(try await far.write("partition-1") == nil)
                proxy.block(true)
                try await withCandidates("partition", [near]) { events in
                    try await retry(near, until: .leads("near"), &events)
                    #expect(try await near.write("partition-2") == nil)
                }
                proxy.block(false)
                // Its clock stood still: it takes itself for the leader.
                var code = try await far.write("partition-3")
                while code == .unavailable { code = try await far.write("partition-3") }
                #expect(code == .fenced)
                await far.clock.sleepers(2)
                far.clock.advance(by: .seconds(5))
                #expect(await events.next(isolation: #isolation) == .stops("far"))
            }
        }
    }

    @Test func `a leader that cannot renew its lease stops in time`() async throws {
        let server = try PostgresServer.current
        try await server.withProxy { proxy in
            let far = try Candidate(
                "alone",
                try server.configuration(through: proxy, connectTimeout: .seconds(2), statementTimeout: .seconds(1)))
            try await withCandidates("alone", [far]) { events in
                #expect(await events.next(isolation: #isolation) == .leads("alone"))
                proxy.block(true)
                await far.clock.sleepers(2)
                far.clock.advance(by: .seconds(15))
                #expect(await events.next(isolation: #isolation) == .stops("alone"))
                proxy.block(false)
                // It stands again, and has its lease back under a new epoch.
                let first = try #require(far.leader.withLock { $0 }).lease.epoch
                while far.leader.withLock({ $0?.lease.epoch }) == first {
                    await far.clock.sleepers(1)
                    far.clock.advance(by: .seconds(3))
                }
                #expect(await events.next(isolation: #isolation) == .leads("alone"))
                #expect(try await far.write("alone-1") == nil)
            }
        }
    }
}
