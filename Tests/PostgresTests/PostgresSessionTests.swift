import Postgres
import PostgresTestSupport
import Testing

/// Runs a body with a connection to the suite's server, and gives what it returns.
func withConnection<Result: Sendable>(
    _ more: String = "", _ body: @Sendable @escaping (PostgresSession) throws -> Result
) async throws -> Result {
    let connection = try PostgresConnection(name: "pg-test", configuration: PostgresServer.current.configuration(more))
    defer { connection.close() }
    return try await connection.run(body)
}

/// What a body throws; nil when it throws nothing.
func failure(_ body: () async throws -> some Any) async throws -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch let error as PostgresError {
        return error
    }
}

@Suite(.needsPostgres, .postgres) struct PostgresSessionTests {
    @Test func `values come back as they were sent`() async throws {
        try await withConnection { session in
            for number in [0, 1, -1, 255, -256, Int64.max, .min] {
                try #expect(session.run("SELECT $1::bigint", [.integer(number)]).integer(0, 0) == number)
            }
            try #expect(session.run("SELECT 7::int2, -9::int4").integer(0, 1) == -9)
            for text in ["", "a", "ä€😀", "quote ' and \\ and \"", String(repeating: "x", count: 100_000)] {
                try #expect(session.run("SELECT $1::text", [.text(text)]).text(0, 0) == text)
            }
            let all = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            for bytes in [[], [0], all] {
                try #expect(session.run("SELECT $1::bytea", [.bytes(bytes)]).bytes(0, 0) == bytes)
            }
            let mixed = try session.run(
                "SELECT $1::boolean, $2::boolean, $3::text, $4::bytea",
                [.boolean(true), .boolean(false), .null, .bytes([])])
            try #expect(mixed.boolean(0, 0) && !mixed.boolean(0, 1) && mixed.isNull(0, 2))
            #expect(throws: PostgresError.self) { try mixed.text(0, 2) }
            #expect(throws: PostgresError.self) { try mixed.integer(0, 3) }
        }
    }

    @Test func `a batch is carried out up to its first error, and the session goes on`() async throws {
        try await withConnection { session in
            try session.run("CREATE TEMPORARY TABLE t (n bigint PRIMARY KEY)")
            let error = #expect(throws: PostgresError.self) {
                try session.run([
                    PostgresQuery("BEGIN"), PostgresQuery("INSERT INTO t VALUES ($1)", [.integer(1)]),
                    PostgresQuery("INSERT INTO t VALUES ($1)", [.integer(1)]),
                    PostgresQuery("INSERT INTO t VALUES ($1)", [.integer(2)]), PostgresQuery("COMMIT"),
                ])
            }
            #expect(error?.code == .refused && error?.state == .uniqueViolation && error?.isOutage == false)
            #expect(error?.message.contains("23505") == true)
            #expect(session.isInTransaction)
            try session.run("ROLLBACK")
            try #expect(session.run("SELECT count(*) FROM t").integer(0, 0) == 0)
        }
    }

    @Test func `a statement outside a transaction fails with its whole batch`() async throws {
        try await withConnection { session in
            try session.run("CREATE TEMPORARY TABLE t (n bigint PRIMARY KEY)")
            #expect(throws: PostgresError.self) {
                try session.run([PostgresQuery("INSERT INTO t VALUES (1)"), PostgresQuery("SELECT 1/0")])
            }
            try #expect(session.run("SELECT count(*) FROM t").integer(0, 0) == 0)
        }
    }

    @Test func `a constant statement is prepared once, and a refused one is not kept`() async throws {
        try await withConnection { session in
            for number in Int64(0)..<20 { try session.run("SELECT $1::bigint + 1", [.integer(number)]) }
            for _ in 0..<3 { #expect(throws: PostgresError.self) { try session.run("SELECT nothing FROM nowhere") } }
            for number in 0..<200 { try session.run("SELECT \(number)") }
            let kept = try session.run("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%+ 1'")
            try #expect(kept.integer(0, 0) == 1)
            let all = try session.run("SELECT count(*) FROM pg_prepared_statements")
            try #expect(all.integer(0, 0) <= 128)
            try session.run("CREATE TEMPORARY TABLE nowhere (nothing bigint)")
            try #expect(session.run("SELECT nothing FROM nowhere").count == 0)
        }
    }

    @Test func `a batch that is larger than every buffer does not block`() async throws {
        try await withConnection { session in
            let bytes = [UInt8](repeating: 7, count: 50_000)
            let queries = (0..<400).map { _ in PostgresQuery("SELECT $1::bytea", [.bytes(bytes)]) }
            let answers = try session.run(queries)
            #expect(answers.count == 400)
            try #expect(answers[399].bytes(0, 0) == bytes)
        }
    }

    @Test func `a statement that takes too long is ended by the server`() async throws {
        let configuration = try PostgresServer.current.configuration(statementTimeout: .milliseconds(100))
        let connection = try PostgresConnection(name: "pg-test", configuration: configuration)
        defer { connection.close() }
        let error = try await failure { try await connection.run { _ = try $0.run("SELECT pg_sleep(60)") } }
        #expect(error?.state == .queryCancelled && error?.code == .refused)
        #expect(try await connection.run { try $0.run("SELECT 1").integer(0, 0) } == 1)
    }
}
