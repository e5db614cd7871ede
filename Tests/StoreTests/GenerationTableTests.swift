import LinuxIO
import Model
import Store
import TestSupport
import Testing

@Suite struct GenerationTableTests {
    private func generation(_ commit: String, resources: Int = 2) -> GenerationRecord {
        GenerationRecord(
            number: 0,
            commit: CommitDescription(commit: commit, author: "A <a@example.org>", subject: "s", time: time()),
            resources: (0..<resources).map(declaration), state: .candidate, createdTime: time())
    }

    @Test func `a generation comes back with its resources, numbered in order`() throws {
        try withDatabase { database, _ in
            let table = GenerationTable(database)
            let first = try table.insert(generation("a"))
            let second = try table.insert(generation("b", resources: 300))
            #expect(second.number == first.number + 1)
            #expect(try table.generation(second.number) == second)
            #expect(try table.list(limit: 5).map(\.number) == [second.number, first.number])
            #expect(try table.list(limit: 1).first?.resourceCount == 300)
            #expect(try table.newest() == second)
            #expect(try table.newest(state: .good) == nil)
            #expect(try code { try table.generation(99) } == .notFound)
            #expect(try code { try table.setState(99, to: .good, time: time()) } == .notFound)
        }
    }

    @Test func `what a generation leaves alone comes back with it`() throws {
        try withDatabase { database, _ in
            let table = GenerationTable(database)
            var record = generation("a")
            record.withheld = [
                WithheldResource(
                    id: ResourceID(type: .unit, identity: "a.service"), blueprint: "web",
                    paths: ["/etc/systemd/system/a.service"]),
                WithheldResource(id: ResourceID(type: .file, identity: "/etc/x"), blueprint: "web", paths: ["/etc/x"]),
            ]
            record.number = try table.insert(record).number
            #expect(try table.generation(record.number) == record)
            #expect(try table.newest()?.withheld == record.withheld)
            let second = try table.insert(generation("b"))
            let newest = try table.newest()
            #expect(newest?.number == second.number && newest?.withheld == [])
        }
    }

    @Test func `a generation that was just inserted is handed on once, and then read as it is stored`() throws {
        let table = GenerationTable(try HostDatabase.inMemory())
        let inserted = try table.insert(generation("a"))
        #expect(try table.generation(inserted.number) == inserted)
        #expect(try table.generation(inserted.number) == inserted)
        let next = try table.insert(generation("b"))
        try table.setState(next.number, to: .bad, message: "why", time: time(5))
        #expect(try table.generation(next.number).state == .bad)
    }

    @Test func `a state is recorded with its reason and time`() throws {
        let table = GenerationTable(try HostDatabase.inMemory())
        let first = try table.insert(generation("a"))
        try table.setState(first.number, to: .good, time: time(5))
        try table.setState(first.number, to: .bad, message: "probe failed", time: time(6))
        let stored = try table.generation(first.number)
        #expect(stored.state == .bad && stored.message == "probe failed" && stored.convergedTime == time(5))
    }

    @Test func `pruning keeps the newest and the newest good one`() throws {
        let table = GenerationTable(try HostDatabase.inMemory())
        let numbers = try (0..<6).map { try table.insert(generation("commit-\($0)")).number }
        try table.setState(numbers[0], to: .good, time: time())
        try table.setState(numbers[1], to: .good, time: time())
        #expect(try table.prune(keep: 2) == 3)
        #expect(try table.list(limit: 10).map(\.number) == [numbers[5], numbers[4], numbers[1]])
        #expect(try table.insert(generation("next")).number == numbers[5] + 1)
        #expect(try table.prune(keep: 0) == 2)
    }

    @Test func `a generation that was judged or removed before its first reading is not read as it was inserted`()
        throws
    {
        let database = try HostDatabase.inMemory()
        let table = GenerationTable(database)
        let judged = try table.insert(generation("judged"))
        try table.setState(judged.number, to: .bad, message: "probe failed", time: time())
        #expect(try table.generation(judged.number).state == .bad)
        let removed = try table.insert(generation("removed"))
        _ = try GenerationTable(database).insert(generation("newer"))
        #expect(try table.prune(keep: 1) == 2)
        #expect(try code { try table.generation(removed.number) } == .notFound)
    }

    @Test func `a generation reads the same the first time and later`() throws {
        let table = GenerationTable(try HostDatabase.inMemory())
        let stored = try table.insert(generation("a", resources: 20))
        #expect(try table.generation(stored.number) == stored)
        #expect(try table.generation(stored.number) == stored)
    }

    @Test func `a generation judged by who is told of it, while its insertion returns, is read as judged`() async throws
    {
        let table = GenerationTable(try HostDatabase.inMemory())
        let source = try WorkerThread(name: "source")
        var updates = table.updates().makeAsyncIterator()
        for index in 0..<100 {
            let candidate = generation("commit-\(index)")
            async let insertion = source.run { try table.insert(candidate).number }
            await updates.next()
            let told = try #require(try table.list(limit: 1).first).number
            try table.setState(told, to: .good, time: time())
            #expect(try await insertion == told)
            #expect(try table.generation(told).state == .good)
            await updates.next()
        }
        source.stop()
    }

    @Test func `settings keep small values until they are removed`() throws {
        let settings = SettingTable(try HostDatabase.inMemory())
        #expect(try settings.value("boot") == nil)
        try settings.set("boot", to: ["id": "x", "count": 3])
        #expect(try settings.value("boot") == ["id": "x", "count": 3])
        try settings.set("boot", to: nil)
        #expect(try settings.value("boot") == nil)
        let large = JSONValue.string(
            String((0..<200_000).map { _ in Character(Unicode.Scalar(UInt8.random(in: 33...126))) }))
        #expect(try code { try settings.set("large", to: large) } == .invalid)
    }
}
