import Postgres
import PostgresTestSupport
import Testing

@Suite(.needsPostgres, .postgres) struct PostgresListenerTests {
    private enum Heard: Equatable, Sendable {
        case connected
        case notified(String)
        case lost
    }

    /// Runs a body with what a listener hears.
    private func withListener(
        _ application: String, channels: [String],
        _ body: (inout AsyncStream<Heard>.AsyncIterator) async throws -> Void
    ) async throws {
        let listener = try PostgresListener(
            name: "pg-listen",
            configuration: try PostgresServer.current.configuration("application_name=\(application)"),
            channels: channels, backoff: ReconnectBackoff(initial: .milliseconds(1), maximum: .milliseconds(10)))
        let heard = AsyncStream.makeStream(of: Heard.self, bufferingPolicy: .bufferingNewest(1_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.run { event in
                    switch event {
                    case .connected: heard.continuation.yield(.connected)
                    case .notified(let notification): heard.continuation.yield(.notified(notification.payload))
                    case .lost: heard.continuation.yield(.lost)
                    }
                }
            }
            var iterator = heard.stream.makeAsyncIterator()
            try await body(&iterator)
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        listener.close()
    }

    @Test func `notifications of its channels come in order`() async throws {
        let server = try PostgresServer.current
        try await withListener("ordered", channels: ["one", "Two_2"]) { heard in
            #expect(await heard.next(isolation: #isolation) == .connected)
            try await server.administer("SELECT pg_notify('other', 'x')::text")
            for number in 0..<50 {
                try await server.administer(
                    "SELECT pg_notify('\(number.isMultiple(of: 2) ? "one" : "Two_2")', '\(number)')::text")
            }
            for number in 0..<50 { #expect(await heard.next(isolation: #isolation) == .notified("\(number)")) }
        }
    }

    @Test func `a loss is told, and listening goes on by itself`() async throws {
        let server = try PostgresServer.current
        try await withListener("losing", channels: ["three"]) { heard in
            #expect(await heard.next(isolation: #isolation) == .connected)
            for round in 0..<3 {
                try await server.terminateSessions(of: "losing")
                #expect(await heard.next(isolation: #isolation) == .lost)
                while let next = await heard.next(isolation: #isolation), next != .connected { #expect(next == .lost) }
                try await server.administer("SELECT pg_notify('three', '\(round)')::text")
                #expect(await heard.next(isolation: #isolation) == .notified("\(round)"))
            }
        }
    }

    @Test(arguments: ["", "a b", "a\"b", String(repeating: "x", count: 64)])
    func `a channel that needs quoting is refused`(channel: String) throws {
        #expect(throws: PostgresError.self) {
            try PostgresListener(
                name: "pg-listen", configuration: PostgresConfiguration(connection: "dbname=x"), channels: [channel])
        }
    }
}
