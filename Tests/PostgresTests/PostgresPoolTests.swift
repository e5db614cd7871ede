import Synchronization
import TestSupport
import Testing

@testable import Postgres
@testable import PostgresTestSupport

@Suite(.needsPostgres, .postgres) struct PostgresPoolTests {
    @Test func `no connection is used twice at once, and callers get theirs in order`() async throws {
        let pool = try PostgresPool(
            name: "pg-test", configuration: try PostgresServer.current.configuration(), connections: 2)
        defer { pool.close() }
        let usage = Usage()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await pool.run { session in
                        let process = session.serverProcess
                        #expect(usage.busy.withLock { $0.insert(process).inserted })
                        try session.run("SELECT 1")
                        usage.busy.withLock { _ = $0.remove(process) }
                        usage.seen.withLock { _ = $0.insert(process) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect((1...2).contains(usage.seen.withLock { $0.count }))
    }

    /// The sessions that are in use, and that ever were.
    private final class Usage: Sendable {
        let busy = Mutex<Set<Int32>>([])
        let seen = Mutex<Set<Int32>>([])
    }

    @Test func `a caller that is cancelled while it waits does not get a connection`() async throws {
        let server = try PostgresServer.current
        let pool = try PostgresPool(name: "pg-test", configuration: try server.configuration(), connections: 1)
        defer { pool.close() }
        try await server.administer("SELECT pg_advisory_unlock_all()::text")
        try await withThrowingTaskGroup(of: Void.self) { group in
            let blocked = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask {
                try await pool.run { session in
                    blocked.continuation.yield()
                    try session.run("SELECT pg_sleep(0.3)")
                }
            }
            for await _ in blocked.stream { break }
            await withTaskGroup(of: (any Error)?.self) { waiting in
                waiting.addTask {
                    do {
                        try await pool.run { (_) -> Void in Issue.record("it was cancelled before its turn") }
                        return nil
                    } catch { return error }
                }
                waiting.cancelAll()
                #expect(await waiting.next() as? CancellationError != nil)
            }
            try await group.waitForAll()
        }
        #expect(try await pool.run { try $0.run("SELECT 2").integer(0, 0) } == 2)
    }

    @Test func `while the server is away callers are refused at once, and one at a time tries it`() async throws {
        try await withPostgres { server in
            let clock = ManualClock()
            let pool = try PostgresPool(
                name: "pg-test", configuration: try server.configuration(), connections: 2,
                backoff: ReconnectBackoff(initial: .seconds(1), maximum: .seconds(8), chance: { 0 }), clock: clock)
            defer { pool.close() }
            try await pool.run { _ = try $0.run("SELECT 1") }
            try await server.stop(.crash)
            #expect(try await failure { try await pool.run { _ = try $0.run("SELECT 1") } }?.isOutage == true)
            // Refused with the error of the last attempt: nothing was tried.
            #expect(try await failure { try await pool.run { _ in Issue.record("nobody may try yet") } } != nil)
            clock.advance(by: .seconds(1))
            #expect(try await failure { try await pool.run { _ in } }?.code == .connect)
            #expect(pool.outage?.code == .connect)
            try await server.start()
            clock.advance(by: .seconds(1))
            #expect(try await failure { try await pool.run { _ in Issue.record("the delay doubled") } } != nil)
            clock.advance(by: .seconds(1))
            #expect(try await pool.run { try $0.run("SELECT 3").integer(0, 0) } == 3)
            #expect(pool.outage == nil)
        }
    }

    @Test func `a wait for the next attempt ends with the window`() async throws {
        try await withPostgres { server in
            let clock = ManualClock()
            let pool = try PostgresPool(
                name: "pg-test", configuration: try server.configuration(), connections: 1,
                backoff: ReconnectBackoff(initial: .seconds(1), maximum: .seconds(8), chance: { 0 }), clock: clock)
            defer { pool.close() }
            try await server.stop(.fast)
            _ = try await failure { try await pool.run { _ in } }
            async let waited = pool.waitForNextAttempt(window: .seconds(2))
            await clock.sleepers(1)
            clock.advance(by: .seconds(1))
            #expect(try await waited)
            _ = try await failure { try await pool.run { _ in } }
            #expect(try await !pool.waitForNextAttempt(window: .seconds(2)))
        }
    }

    @Test func `who waits while another tries the server goes on when that has ended`() async throws {
        try await withPostgres { server in
            let clock = ManualClock()
            let pool = try PostgresPool(
                name: "pg-test", configuration: try server.configuration(), connections: 2,
                backoff: ReconnectBackoff(initial: .seconds(1), maximum: .seconds(8), chance: { 0 }), clock: clock)
            defer { pool.close() }
            try await server.stop(.fast)
            _ = try await failure { try await pool.run { _ in } }
            try await server.start()
            clock.advance(by: .seconds(1))
            let holder = try PostgresConnection(name: "pg-holder", configuration: server.configuration())
            defer { holder.close() }
            try await holder.run { _ = try $0.run("SELECT pg_advisory_lock(1)::text") }
            let trying = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            async let attempt: Void = pool.run { session in
                trying.continuation.yield()
                _ = try session.run("SELECT pg_advisory_lock(1)::text")
            }
            for await _ in trying.stream { break }
            async let waited = pool.waitForNextAttempt(window: .seconds(2))
            // Asleep until its patience is over; nobody moves the clock.
            await clock.sleepers(1)
            holder.close()
            try await attempt
            #expect(try await waited)
            #expect(pool.outage == nil)
        }
    }
}

@Suite struct PoolStateTests {
    @Test func `the connection used last is used again, and the first who waits is next`() {
        var state = PoolState(connections: 2, waitingMaximum: 2)
        #expect(state.lease(for: 1) == .granted(0))
        #expect(state.release(0) == nil)
        #expect(state.lease(for: 2) == .granted(0))
        #expect(state.lease(for: 3) == .granted(1))
        #expect(state.lease(for: 4) == .waiting)
        #expect(state.lease(for: 5) == .waiting)
        #expect(state.lease(for: 6) == .refused)
        #expect(state.withdraw(4) && !state.withdraw(4))
        #expect(state.release(1) == 5)
        #expect(state.release(1) == nil)
        #expect(state.lease(for: 7) == .granted(1))
        #expect(state.lease(for: 8) == .waiting)
        #expect(state.close() == [8])
        #expect(state.lease(for: 9) == .refused)
    }
}

@Suite struct OutageTests {
    private let error = PostgresError(.connect, "away")
    private let backoff = ReconnectBackoff(initial: .seconds(1), maximum: .seconds(4), chance: { 0 })

    @Test func `attempts come one at a time and ever later`() {
        var outage = Outage()
        #expect(outage.admit(at: .zero, patience: .seconds(9)) == true)
        outage.fail(error, at: .zero, backoff: backoff)
        // Others that were under way as the server went count once.
        outage.fail(error, at: .zero, backoff: backoff)
        #expect(outage.failures == 1 && outage.since == .zero)
        #expect(outage.admit(at: .milliseconds(999), patience: .seconds(9)) == false)
        #expect(outage.admit(at: .seconds(1), patience: .seconds(9)) == true)
        #expect(outage.admit(at: .seconds(1), patience: .seconds(9)) == false)
        outage.fail(error, at: .seconds(1), backoff: backoff)
        #expect(outage.nextAttempt == .seconds(3))
        #expect(outage.admit(at: .seconds(3), patience: .seconds(9)) == true)
        // An attempt that never ends does not keep everybody out for ever.
        #expect(outage.admit(at: .seconds(11), patience: .seconds(9)) == false)
        #expect(outage.admit(at: .seconds(12), patience: .seconds(9)) == true)
        outage.succeed()
        #expect(outage.admit(at: .seconds(12), patience: .seconds(9)) == true)
        #expect(outage.lastError == nil)
    }

    @Test func `who has patience waits for the attempt that is under way`() {
        var outage = Outage()
        #expect(outage.wait(at: .zero, window: .seconds(2)) == .nothing)
        outage.fail(error, at: .zero, backoff: backoff)
        #expect(outage.wait(at: .zero, window: .seconds(2)) == .delay(.seconds(1)))
        #expect(outage.wait(at: .zero, window: .milliseconds(999)) == .tooLong)
        #expect(outage.admit(at: .seconds(1), patience: .seconds(9)) == true)
        #expect(outage.wait(at: .seconds(1), window: .seconds(2)) == .attempt(.seconds(1)))
        #expect(outage.wait(at: .seconds(1), window: .seconds(20)) == .attempt(.seconds(9)))
        #expect(outage.wait(at: .seconds(2), window: .seconds(2)) == .tooLong)
        // It did not end in its time, so that somebody else may try.
        #expect(outage.wait(at: .seconds(10), window: .seconds(20)) == .delay(.zero))
        outage.postpone(to: .seconds(4))
        #expect(outage.wait(at: .seconds(4), window: .seconds(20)) == .delay(.zero))
    }

    @Test func `delays double up to the maximum, less what chance takes`() {
        #expect((1...4).map { backoff.delay(afterFailures: $0) } == [1, 2, 4, 4].map { Duration.seconds($0) })
        let lucky = ReconnectBackoff(initial: .seconds(1), maximum: .seconds(4), chance: { 0.5 })
        #expect(lucky.delay(afterFailures: 1) == .milliseconds(750))
        #expect(backoff.delay(afterFailures: .max) == .seconds(4))
    }
}
