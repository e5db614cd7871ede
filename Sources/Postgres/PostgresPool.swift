internal import Synchronization

/// A fixed number of connections to one server, handed out in the order in which they are asked for.
///
/// While the server does not answer, callers are refused at once with the last error; one at a time tries it again, at
/// times that a backoff sets.
public final class PostgresPool: Sendable {
    /// So many callers may wait for a connection.
    public static let waitingMaximum = 1_024

    private struct State {
        var leases: PoolState
        var outage = Outage()
        var next: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Int, any Error>] = [:]
    }

    private let connections: [PostgresConnection]
    private let backoff: ReconnectBackoff
    private let timer: PostgresTimer
    private let patience: Duration
    private let state: Mutex<State>
    private let server: String

    /// Starts the threads, and does not connect yet.
    public init(
        name: String, configuration: PostgresConfiguration, connections count: Int = 4,
        backoff: ReconnectBackoff = ReconnectBackoff(), clock: some Clock<Duration> = ContinuousClock(),
        preparation: @escaping PostgresConnection.Preparation = { _ in }
    ) throws(PostgresError) {
        var connections: [PostgresConnection] = []
        for index in 0..<count {
            connections.append(
                try PostgresConnection(
                    name: "\(name)-\(index)", configuration: configuration, preparation: preparation))
        }
        self.connections = connections
        self.backoff = backoff
        timer = PostgresTimer(clock)
        patience = configuration.connectTimeout + configuration.answerTimeout
        state = Mutex(State(leases: PoolState(connections: count, waitingMaximum: Self.waitingMaximum)))
        server = "\(configuration)"
    }

    /// Runs a body with a connection that nobody else has meanwhile; see `PostgresConnection.run`.
    public func run<Result: Sendable>(
        _ body: @Sendable @escaping (PostgresSession) throws -> Result
    ) async throws -> Result {
        try admit()
        let index: Int
        do { index = try await lease() } catch {
            forgetAttempt()
            throw error
        }
        do {
            let result = try await connections[index].run(body)
            finish(index, nil)
            return result
        } catch {
            finish(index, error)
            throw error
        }
    }

    /// The error of the last attempt, while the server does not answer.
    public var outage: PostgresError? { state.withLock { $0.outage.lastError } }

    /// Waits until the server may be tried again, and says true; false at once when it is away for longer than
    /// `window`, or there is no outage.
    public func waitForNextAttempt(window: Duration) async throws -> Bool {
        let now = timer.now()
        let delay: Duration? = state.withLock { state in
            guard let since = state.outage.since else { return .zero }
            let delay = max(.zero, state.outage.nextAttempt - now)
            return now + delay - since <= window ? delay : nil
        }
        guard let delay else { return false }
        if delay > .zero { try await timer.sleep(delay) } else { await Task.yield() }
        return true
    }

    /// Ends every connection; everybody who waits is refused with `.closed`.
    public func close() {
        let waiters = state.withLock { state in
            let callers = state.leases.close()
            return callers.compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in waiters { waiter.resume(throwing: closed) }
        for connection in connections { connection.close() }
    }

    private var closed: PostgresError { PostgresError(.closed, "the connections to \(server) were closed") }

    private func admit() throws {
        let now = timer.now()
        let refusal: PostgresError? = state.withLock { state in
            state.outage.admit(at: now, patience: patience) ? nil : state.outage.lastError
        }
        if let refusal { throw refusal }
    }

    /// Lets somebody else make the attempt that was admitted and not made.
    private func forgetAttempt() {
        let now = timer.now()
        state.withLock { $0.outage.postpone(to: now) }
    }

    private func lease() async throws -> Int {
        let caller = state.withLock { state in
            state.next += 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = Task.isCancelled
                let lease: PoolState.Lease? = state.withLock { state in
                    if isCancelled { return nil }
                    let lease = state.leases.lease(for: caller)
                    if lease == .waiting { state.waiters[caller] = continuation }
                    return lease
                }
                switch lease {
                case nil: continuation.resume(throwing: CancellationError())
                case .granted(let index): continuation.resume(returning: index)
                case .waiting: break
                case .refused: continuation.resume(throwing: refusal)
                }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.leases.withdraw(caller) ? state.waiters.removeValue(forKey: caller) : nil
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private var refusal: PostgresError {
        if state.withLock({ $0.leases.isClosed }) { return closed }
        return PostgresError(
            .overloaded, "\(Self.waitingMaximum) callers wait for a connection to \(server) already; try again")
    }

    private func finish(_ index: Int, _ error: (any Error)?) {
        let now = timer.now()
        let waiter = state.withLock { state in
            if let error = error as? PostgresError, error.isOutage {
                state.outage.fail(error, at: now, backoff: backoff)
            } else if !(error is CancellationError) {
                state.outage.succeed()
            } else {
                state.outage.postpone(to: now)
            }
            return state.leases.release(index).flatMap { state.waiters.removeValue(forKey: $0) }
        }
        waiter?.resume(returning: index)
    }
}
