import Model
import Postgres
import PostgresTestSupport
import Store
import TestSupport
import Testing

/// What watchers and writers see while the server stops, crashes and drops connections.
@Suite(.needsPostgres, .timeLimit(.minutes(10))) struct PostgreSQLOutageTests {
    private let kind = KindName(rawValue: "Blueprint")

    /// What a follower saw: the numbers that an object counted, and how often it had to list again.
    private struct Account: Equatable, Sendable {
        var numbers: [Int64] = []
        var lists = 0
    }

    /// Follows an object until it has counted up to a number; lists again when the watch is expired.
    private func follow(
        _ store: PostgreSQLObjectStore, _ name: String, after version: ResourceVersion, to last: Int64
    ) async throws -> Account {
        var account = Account()
        var newest = version
        while account.numbers.last != last {
            do {
                for try await event in try await store.watch(kind, after: newest) {
                    guard case .modified(let object) = event, object.metadata.name == name else { continue }
                    let changed = try #require(object.metadata.resourceVersion)
                    #expect(changed > newest)
                    newest = changed
                    account.numbers.append(object.spec["number"]?.integerValue ?? -1)
                    if account.numbers.last == last { break }
                }
            } catch let error as StoreError where error.code == .expired {
                let list = try await store.objects(of: kind, limit: nil, after: nil)
                newest = list.version
                account.lists += 1
                let found = list.items.first?.spec["number"]?.integerValue ?? -1
                if found != account.numbers.last ?? 0 { account.numbers.append(found) }
            }
        }
        return account
    }

    @Test(arguments: [PostgresServer.Stop.fast, .crash])
    func `watchers see each change once when the server is restarted meanwhile`(way: PostgresServer.Stop) async throws {
        try await withPostgres { server in
            try await withStore(on: server, "writer") { writer in
                let made = try await writer.create(blueprint("b"), durability: .synced)
                let start = try #require(made.metadata.resourceVersion)
                let count = 60
                try await withThrowingTaskGroup(of: Account.self) { group in
                    for _ in 0..<3 { group.addTask { try await follow(writer, "b", after: start, to: Int64(count)) } }
                    for number in 1...count {
                        if number % 20 == 0 {
                            try await server.stop(way)
                            try await server.start()
                        }
                        _ = try await writer.count("b")
                    }
                    for try await account in group {
                        // A crash may have lost what was not synced, so every watcher is told to list again.
                        #expect(way == .crash ? account.lists > 0 : account.lists == 0)
                        #expect(account.numbers == account.numbers.sorted())
                        if way == .fast { #expect(account.numbers == Array(1...Int64(count))) }
                        #expect(Set(account.numbers).count == account.numbers.count)
                    }
                }
            }
        }
    }

    @Test func `two stores on one partition see each other's changes in one order`() async throws {
        try await withPostgres { server in
            try await withStore(on: server, "shared") { left in
                try await withStore(on: server, "shared") { right in
                    let made = try await left.create(blueprint("b"), durability: .synced)
                    let start = try #require(made.metadata.resourceVersion)
                    try await withThrowingTaskGroup(of: Account.self) { group in
                        for store in [left, right, left, right] {
                            group.addTask { try await follow(store, "b", after: start, to: 100) }
                        }
                        try await withThrowingTaskGroup(of: Void.self) { writers in
                            for store in [left, right] {
                                writers.addTask { for _ in 0..<50 { _ = try await store.count("b") } }
                            }
                            try await writers.waitForAll()
                        }
                        for try await account in group { #expect(account == Account(numbers: Array(1...100))) }
                    }
                }
            }
        }
    }

    @Test func `writers whose connections are killed lose nothing and write nothing twice`() async throws {
        try await withPostgres { server in
            try await withStore(on: server, "killed", connections: 4) { store in
                let made = try await store.create(blueprint("b"), durability: .synced)
                let start = try #require(made.metadata.resourceVersion)
                let (writers, changes) = (4, 15)
                let progress = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let account = try await follow(store, "b", after: start, to: Int64(writers * changes))
                        #expect(account == Account(numbers: Array(1...Int64(writers * changes))))
                        progress.continuation.finish()
                    }
                    for _ in 0..<writers {
                        group.addTask {
                            for _ in 0..<changes {
                                _ = try await store.count("b")
                                progress.continuation.yield()
                            }
                        }
                    }
                    group.addTask {
                        for await _ in progress.stream { try await server.terminateSessions(of: "killed") }
                    }
                    // The first that fails ends the others, which would wait for its changes.
                    while try await group.next() != nil {}
                }
                let last = try await store.object(made.key)
                #expect(last.spec["number"] == .integer(Int64(writers * changes)))
                #expect(last.metadata.generation == Int64(writers * changes) + 1)
            }
        }
    }

    /// Makes every commit that stores a Blueprint wait until the connection is closed.
    private func holdCommits(_ server: PostgresServer) async throws -> PostgresConnection {
        // A sequence counts what was rolled back as well.
        try await server.administer("CREATE SEQUENCE commits")
        try await server.administer(
            """
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM nextval('commits'), pg_advisory_xact_lock_shared(1); RETURN NULL; END $$
            """)
        try await server.administer(
            """
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON aetheredge.objects DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait()
            """)
        let holder = try PostgresConnection(name: "pg-holder", configuration: server.configuration())
        try await holder.run { session in _ = try session.run("SELECT pg_advisory_lock(1)::text") }
        return holder
    }

    /// How many commits were held, those that came to nothing too.
    private func commits(_ server: PostgresServer) async throws -> Int {
        let found = try await server.administer("SELECT last_value::text FROM commits WHERE is_called")
        return found.first.flatMap { Int($0) } ?? 0
    }

    /// The session that commits.
    private func committing(_ server: PostgresServer) async throws -> Int32 {
        let found = try await session(
            of: server, "that commits", where: "query = 'COMMIT' AND wait_event = 'advisory'")
        return try #require(Int32(found))
    }

    /// The process of a session of the store, once there is one.
    private func session(of server: PostgresServer, _ what: String, where condition: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let found = try await server.administer(
                "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'commit' AND \(condition)")
            if let process = found.first { return process }
        }
        throw StoreError(.unavailable, "no session came \(what)")
    }

    @Test func `a write whose commit was not answered is found when it took effect`() async throws {
        try await withPostgres { server in
            try await server.withProxy { proxy in
                // Nothing here runs out of time, however busy the machine is.
                try await withStore(on: server, through: proxy, "commit", statementTimeout: .seconds(120)) { store in
                    _ = try await store.create(blueprint("first"), durability: .synced)
                    let holder = try await holdCommits(server)
                    defer { holder.close() }
                    async let created = store.create(blueprint("b"), durability: .synced)
                    let process = try await committing(server)
                    do {
                        server.freeze(process, true)
                        defer { server.freeze(process, false) }
                        holder.close()
                        // The client loses its connection; its transaction still holds the partition.
                        proxy.drop()
                        _ = try await session(
                            of: server, "that waits for it", where: "wait_event_type = 'Lock' AND query <> 'COMMIT'")
                    }
                    let object = try await created
                    #expect(try await store.object(object.key) == object)
                    #expect(try await commits(server) == 1)
                    #expect(try await server.administer("SELECT '' FROM aetheredge.object_history").count == 2)
                }
            }
        }
    }

    @Test func `a write that was ended in its commit is made again`() async throws {
        try await withPostgres { server in
            try await withStore(on: server, "commit") { store in
                _ = try await store.create(blueprint("first"), durability: .synced)
                let holder = try await holdCommits(server)
                defer { holder.close() }
                async let created = store.create(blueprint("b"), durability: .synced)
                _ = try await committing(server)
                try await server.terminateSessions(of: "commit")
                holder.close()
                let object = try await created
                #expect(try await store.object(object.key) == object)
                #expect(try await commits(server) == 2)
                #expect(try await server.administer("SELECT '' FROM aetheredge.object_history").count == 2)
            }
        }
    }

    @Test func `versions that a crash lost are never handed out again`() async throws {
        // Nothing but a synced commit writes the log out, so that a crash loses what was deferred.
        try await withPostgres(settings: ["wal_writer_delay": "10s", "wal_writer_flush_after": "0"]) { server in
            try await withStore(on: server, "deferred") { store in
                let made = try await store.create(blueprint("b"), durability: .synced)
                let seen = try await store.count("b", durability: .deferred)
                let stream = try await store.watch(kind, after: try #require(made.metadata.resourceVersion))
                try await server.stop(.crash)
                try await server.start()
                let next = try await store.count("b")
                let lost = try #require(seen.metadata.resourceVersion)
                #expect(try #require(next.metadata.resourceVersion) > lost)
                #expect(next.spec["number"] == 1, "the deferred write was to be lost")
                #expect(try await failureCode { try await store.watch(kind, after: lost) } == .expired)
                let end = try await failureCode { for try await _ in stream {} }
                #expect(end == .expired)
                // From now on all goes on as ever.
                let newest = try #require(next.metadata.resourceVersion)
                async let numbers = follow(store, "b", after: newest, to: 2)
                _ = try await store.count("b")
                #expect(try await numbers == Account(numbers: [2]))
            }
        }
    }

    @Test func `a long outage is refused at once, and ends by itself`() async throws {
        try await withPostgres { server in
            try await withStore(on: server, "outage", patience: .milliseconds(50)) { store in
                _ = try await store.create(blueprint("b"), durability: .synced)
                #expect(store.outage == nil)
                try await server.stop(.fast)
                for _ in 0..<20 {
                    #expect(try await failureCode { try await store.count("b") } == .unavailable)
                    #expect(try await failureCode { try await store.latestVersion(of: kind) } == .unavailable)
                }
                #expect(store.outage?.code == .unavailable)
                try await server.start()
                while try await failureCode({ try await store.count("b") }) == .unavailable {}
                #expect(store.outage == nil)
            }
        }
    }

    @Test func `without a database a watch is refused`() async throws {
        let store = try PostgreSQLObjectStore(
            PostgresConfiguration(connection: "host=/nowhere"), partition: .local, patience: .milliseconds(10))
        defer { store.close() }
        #expect(try await failureCode { try await store.watch(kind, after: ResourceVersion(0)) } == .unavailable)
        #expect(try await failureCode { try await store.create(blueprint("b"), durability: .synced) } == .unavailable)
    }
}
