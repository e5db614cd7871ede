import Glibc
public import Testing
import TestSupport

/// Runs a test with a PostgreSQL server of its own.
///
/// `settings` are those of `postgresql.conf`.
public func withPostgres<Result>(
    settings: [String: String] = [:], _ body: (PostgresServer) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory("pg") { directory in
        let server = try PostgresServer(directory: directory, settings: settings)
        try await server.initialise()
        try await server.start()
        do {
            let result = try await body(server)
            try await server.stop(.crash)
            return result
        } catch {
            try await server.stop(.crash)
            throw error
        }
    }
}

/// One PostgreSQL server for all tests of a suite.
public struct PostgresTrait: SuiteTrait, TestScoping {
    /// Runs the suite with the server.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await withPostgres { server in
            try await PostgresServer.$shared.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == PostgresTrait {
    /// One PostgreSQL server for all tests of the suite; see `PostgresServer.current`.
    public static var postgres: PostgresTrait { PostgresTrait() }
}

extension Trait where Self == ConditionTrait {
    /// Skips where PostgreSQL is not installed, unless `AETHEREDGE_LAB=required`.
    public static var needsPostgres: ConditionTrait {
        .enabled("PostgreSQL is not installed; run: make deps") {
            PostgresProgram.directory != nil
                || getenv("AETHEREDGE_LAB").map { String(cString: $0) == "required" } ?? false
        }
    }
}
