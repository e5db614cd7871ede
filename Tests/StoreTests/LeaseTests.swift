import Model
import Postgres
import PostgresTestSupport
import Store
import TestSupport
import Testing

@Suite(.needsPostgres, .postgres) struct LeaseTests {
    private let kind = KindName(rawValue: "Blueprint")

    private func acquired(_ answer: LeaseAnswer) throws -> Lease {
        guard case .acquired(let lease) = answer else { throw StoreError(.conflict, "it is held: \(answer)") }
        return lease
    }

    private func held(_ answer: LeaseAnswer) throws -> LeaseRecord {
        guard case .held(let record) = answer else { throw StoreError(.conflict, "it is not held: \(answer)") }
        return record
    }

    @Test func `one holder at a time, each with a higher epoch`() async throws {
        try await withStore(on: PostgresServer.current, freshPartition()) { store in
            let leases = store.leases
            #expect(try await leases.record("one") == nil)
            let first = try acquired(try await leases.acquire("one", holder: "a", for: .seconds(60)))
            #expect(first.epoch == 1)
            let record = try held(try await leases.acquire("one", holder: "b", for: .seconds(60)))
            #expect(record.holder == "a" && record.epoch == 1 && record.expires > record.renewed)
            #expect(try await leases.renew(first, for: .seconds(60)))
            #expect(try await #require(leases.record("one")).renewed > record.renewed)
            try await leases.release(first)
            #expect(try await !leases.renew(first, for: .seconds(60)))
            let second = try acquired(try await leases.acquire("one", holder: "b", for: .seconds(60)))
            #expect(second.epoch > first.epoch)
            // A holder whose answer was lost asks again.
            let again = try acquired(try await leases.acquire("one", holder: "b", for: .seconds(60)))
            #expect(again.epoch > second.epoch)
            #expect(try await !leases.renew(second, for: .seconds(60)))
            // Another matter is another lease.
            _ = try acquired(try await leases.acquire("two", holder: "a", for: .seconds(60)))
        }
    }

    @Test func `a lease ends by the database's clock, and a clock set back does not keep it`() async throws {
        let server = try PostgresServer.current
        try await withStore(on: server, freshPartition()) { store in
            let leases = store.leases
            let first = try acquired(try await leases.acquire("clock", holder: "a", for: .seconds(60)))
            // The database's clock jumps ahead: the lease's end has passed.
            let shift = "UPDATE aetheredge.leases SET renewed = renewed %, expires = expires % WHERE name = 'clock'"
            try await server.administer(shift.replacing("%", with: "- interval '1 hour'"))
            let second = try acquired(try await leases.acquire("clock", holder: "b", for: .seconds(60)))
            #expect(try await !leases.renew(first, for: .seconds(60)))
            // It jumps back: the lease would last for another hour.
            try await server.administer(shift.replacing("%", with: "+ interval '1 hour'"))
            let silent = try held(try await leases.acquire("clock", holder: "c", for: .seconds(60)))
            #expect(silent.epoch == second.epoch)
            let third = try acquired(
                try await leases.acquire("clock", holder: "c", for: .seconds(60), over: silent))
            #expect(third.epoch > second.epoch)
            // Silence is over once the holder was heard.
            #expect(try await leases.renew(third, for: .seconds(60)))
            _ = try held(try await leases.acquire("clock", holder: "d", for: .seconds(60), over: silent))
        }
    }

    @Test func `writes under a lease that has changed hands are refused and change nothing`() async throws {
        try await withStore(on: PostgresServer.current, freshPartition()) { store in
            let first = try acquired(try await store.leases.acquire("fence", holder: "a", for: .seconds(60)))
            let old = store.fenced(by: first)
            let object = try await old.create(blueprint("b"), durability: .synced)
            try await store.leases.release(first)
            let before = try await store.latestVersion(of: kind)
            var change = object
            change.spec = ["number": 9]
            #expect(try await failureCode { try await old.create(blueprint("c"), durability: .synced) } == .fenced)
            #expect(try await failureCode { try await old.update(change, part: .all, durability: .synced) } == .fenced)
            #expect(try await failureCode { try await old.delete(object.key, precondition: nil) } == .fenced)
            #expect(try await store.latestVersion(of: kind) == before)
            #expect(try await old.object(object.key) == object)
            let second = try acquired(try await store.leases.acquire("fence", holder: "b", for: .seconds(60)))
            _ = try await store.fenced(by: second).update(change, part: .all, durability: .synced)
        }
    }

    @Test func `whoever takes the lease, epochs never go back in the order of writes`() async throws {
        try await withStore(on: PostgresServer.current, freshPartition(), connections: 8) { store in
            let start = try await store.objects(of: kind, limit: 1, after: nil).version
            try await withThrowingTaskGroup(of: Void.self) { group in
                for candidate in 0..<4 {
                    group.addTask {
                        for round in 0..<15 {
                            let name = "candidate-\(candidate)"
                            let silent = try await store.leases.record("race")
                            let answer = try await store.leases.acquire(
                                "race", holder: name, for: .seconds(60), over: silent)
                            guard case .acquired(let lease) = answer else { continue }
                            let leader = store.fenced(by: lease)
                            do {
                                for change in 0..<4 {
                                    let made = blueprint("\(name)-\(round)-\(change)", Int(lease.epoch))
                                    _ = try await leader.create(made, durability: .deferred)
                                }
                            } catch let error as StoreError { #expect(error.code == .fenced) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let last = try await store.create(blueprint("last"), durability: .synced)
            var epochs: [Int64] = []
            for try await event in try await store.watch(kind, after: start) {
                guard case .added(let object) = event else { continue }
                if object.key == last.key { break }
                epochs.append(object.spec["number"]?.integerValue ?? -1)
            }
            #expect(epochs == epochs.sorted())
            #expect(Set(epochs).count > 4)
        }
    }
}
