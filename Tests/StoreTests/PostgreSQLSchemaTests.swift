import Model
import Postgres
import PostgresTestSupport
import Testing

@testable import Store

@Suite(.needsPostgres) struct PostgreSQLSchemaTests {
    @Test func `many stores that come to an empty database at once make one schema`() async throws {
        try await withPostgres { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await withStore(on: server, "host-\(number % 2)") { store in
                            _ = try await store.create(blueprint("b-\(number)"), durability: .synced)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await withStore(on: server, "host-0") { store in
                let names = try await store.objects(of: KindName(rawValue: "Blueprint"), limit: nil, after: nil).items
                #expect(names.map(\.metadata.name) == ["b-0", "b-2", "b-4", "b-6"])
            }
            #expect(try await server.administer("SELECT version::text FROM aetheredge.schema_version") == ["2"])
        }
    }

    @Test func `a newer schema is refused, and an older one is brought up in one transaction`() async throws {
        try await withPostgres { server in
            let connection = try PostgresConnection(name: "pg-test", configuration: try server.configuration())
            defer { connection.close() }
            let next = PostgreSQLSchema.Step(version: 3, statements: ["CREATE TABLE aetheredge.more (n bigint)"])
            let broken = PostgreSQLSchema.Step(
                version: 4, statements: ["CREATE TABLE aetheredge.third (n bigint)", "CREATE TABLE nonsense ("])
            try await connection.run { try PostgreSQLSchema().migrate($0) }
            await #expect(throws: PostgresError.self) {
                try await connection.run {
                    try PostgreSQLSchema(steps: PostgreSQLSchema.all + [next, broken]).migrate($0)
                }
            }
            let tables = "SELECT to_regclass('aetheredge.more') IS NULL AND to_regclass('aetheredge.third') IS NULL"
            #expect(try await connection.run { try $0.run(tables).boolean(0, 0) })
            try await connection.run { try PostgreSQLSchema(steps: PostgreSQLSchema.all + [next]).migrate($0) }
            #expect(try await server.administer("SELECT version::text FROM aetheredge.schema_version") == ["3"])
            try await withStore(on: server, "host") { store in
                let code = try await failureCode { try await store.create(blueprint("b"), durability: .synced) }
                #expect(code == .schemaTooNew)
            }
        }
    }
}
