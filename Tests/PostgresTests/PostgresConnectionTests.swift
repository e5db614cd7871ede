import Postgres
import PostgresTestSupport
import TestSupport
import Testing

@Suite(.needsPostgres, .postgres) struct PostgresConnectionTests {
    @Test func `a cancelled task ends its statement at the server`() async throws {
        let server = try PostgresServer.current
        let connection = try PostgresConnection(
            name: "pg-test", configuration: try server.configuration("application_name=cancelled"))
        defer { connection.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await connection.run { _ = try $0.run("SELECT pg_sleep(60)") } }
            let count = "SELECT pid::text FROM pg_stat_activity WHERE query LIKE '%sleep(60)' AND application_name = "
            while try await server.administer(count + "'cancelled' AND state = 'active'").isEmpty {}
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
            while try await !server.administer(count + "'cancelled' AND state = 'active'").isEmpty {}
        }
        #expect(try await connection.run { try $0.run("SELECT 1").integer(0, 0) } == 1)
    }

    @Test func `a terminated session is lost, and the next use makes another`() async throws {
        let server = try PostgresServer.current
        let connection = try PostgresConnection(
            name: "pg-test", configuration: try server.configuration("application_name=terminated"))
        defer { connection.close() }
        let first = try await connection.run { $0.serverProcess }
        try await server.terminateSessions(of: "terminated")
        // The server ends it in its own time: it is lost as it is used, or found ended before.
        if let error = try await failure({ try await connection.run { _ = try $0.run("SELECT 1") } }) {
            #expect(error.code == .lost && error.isOutage)
        }
        #expect(try await connection.run { $0.serverProcess } != first)
    }

    @Test func `a server that does not answer is given up`() async throws {
        let server = try PostgresServer.current
        let connection = try PostgresConnection(
            name: "pg-test", configuration: try server.configuration(statementTimeout: .milliseconds(100)))
        defer { connection.close() }
        let process = try await connection.run { $0.serverProcess }
        server.freeze(process, true)
        let error = try await failure { try await connection.run { _ = try $0.run("SELECT 1") } }
        server.freeze(process, false)
        #expect(error?.code == .timeout && error?.isOutage == true)
        #expect(try await connection.run { $0.serverProcess } != process)
    }

    @Test func `a body that leaves a transaction open loses it`() async throws {
        let connection = try PostgresConnection(
            name: "pg-test", configuration: try PostgresServer.current.configuration())
        defer { connection.close() }
        try await connection.run { _ = try $0.run("CREATE TABLE IF NOT EXISTS left_open (n bigint)") }
        try await connection.run { session in
            try session.run("BEGIN")
            try session.run("INSERT INTO left_open VALUES (1)")
        }
        try await connection.run { session in
            #expect(!session.isInTransaction)
            try #expect(session.run("SELECT count(*) FROM left_open").integer(0, 0) == 0)
        }
    }

    @Test func `a closed connection refuses, also what runs on it`() async throws {
        let connection = try PostgresConnection(
            name: "pg-test", configuration: try PostgresServer.current.configuration("application_name=closing"))
        try await withThrowingTaskGroup(of: PostgresError?.self) { group in
            group.addTask {
                try await failure { try await connection.run { _ = try $0.run("SELECT pg_sleep(60)") } }
            }
            let active = "SELECT '' FROM pg_stat_activity WHERE application_name = 'closing' AND state = 'active'"
            while try await PostgresServer.current.administer(active).isEmpty {}
            connection.close()
            #expect(try await group.next()??.code == .closed)
        }
        #expect(try await failure { try await connection.run { _ in } }?.code == .closed)
    }

    @Test func `no server is an outage that says where it was looked for`() async throws {
        let configuration = try PostgresConfiguration(connection: "host=/nowhere port=1 dbname=fleet", password: "hush")
        let connection = try PostgresConnection(name: "pg-test", configuration: configuration)
        defer { connection.close() }
        let error = try #require(try await failure { try await connection.run { _ in } })
        #expect(error.code == .connect && error.isOutage)
        #expect(error.message.contains("'fleet' at /nowhere:1") && !error.message.contains("hush"))
    }

    @Test func `a preparation that throws refuses the connection`() async throws {
        let connection = try PostgresConnection(
            name: "pg-test", configuration: try PostgresServer.current.configuration(),
            preparation: { _ in throw PostgresError(.unexpected, "not this one") })
        defer { connection.close() }
        #expect(try await failure { try await connection.run { _ in } }?.code == .unexpected)
    }
}

@Suite struct PostgresConfigurationTests {
    @Test(arguments: ["nonsense=1", "postgresql://u:hush@h/x?no=1", "host='unclosed"])
    func `a connection string that libpq does not take is refused without showing it`(text: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(connection: text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("hush") == false)
    }

    @Test func `a description shows where, and no password`() throws {
        let uri = try PostgresConfiguration(
            connection: "postgresql://me:hush@db.example:5433/fleet?sslmode=verify-full")
        #expect(uri.description == "'fleet' at db.example:5433")
        try #expect(PostgresConfiguration(connection: "dbname=x").description == "'x' at the local socket")
    }
}
