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
        /// Who waits for what comes of another's attempt.
        var onlookers: [UInt64: CheckedContinuation<Void, any Error>] = [:]

        mutating func name() -> UInt64 {
            next += 1
            return next
        }

        /// Those who are to be told that the attempt they wait for has ended.
        mutating func takeOnlookers() -> [CheckedContinuation<Void, any Error>] {
            guard !outage.isProbing else { return [] }
            defer { onlookers = [:] }
            return Array(onlookers.values)
        }
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

    /// Waits until the server may be tried again, and says true; false once it is away for longer than `window`.
    ///
    /// While another caller tries it, this waits for what comes of that.
    public func waitForNextAttempt(window: Duration) async throws -> Bool {
        while true {
            let now = timer.now()
            // Who tries a pool that was closed is told so.
            let wait = state.withLock { $0.leases.isClosed ? .nothing : $0.outage.wait(at: now, window: window) }
            switch wait {
            case .nothing, .delay(.zero):
                await Task.yield()
                return true
            case .delay(let delay):
                try await timer.sleep(delay)
                return true
            case .attempt(let limit): try await waitForAttempt(limit)
            case .tooLong: return false
            }
        }
    }

    /// Ends every connection; everybody who waits is refused with `.closed`.
    public func close() {
        let (waiters, onlookers) = state.withLock { state in
            let callers = state.leases.close()
            defer { state.onlookers = [:] }
            return (callers.compactMap { state.waiters.removeValue(forKey: $0) }, Array(state.onlookers.values))
        }
        for waiter in waiters { waiter.resume(throwing: closed) }
        for onlooker in onlookers { onlooker.resume() }
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
        let onlookers = state.withLock { state in
            state.outage.postpone(to: now)
            return state.takeOnlookers()
        }
        for onlooker in onlookers { onlooker.resume() }
    }

    /// Waits until the attempt that is under way has ended, but not for longer than `limit`.
    private func waitForAttempt(_ limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.timer.sleep(limit) }
            group.addTask { try await self.onlook() }
            try await group.next()
        }
    }

    private func onlook() async throws {
        let name = state.withLock { $0.name() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = Task.isCancelled
                let result: Result<Void, any Error>? = state.withLock { state in
                    if isCancelled { return .failure(CancellationError()) }
                    if !state.outage.isProbing || state.leases.isClosed { return .success(()) }
                    state.onlookers[name] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let onlooker = state.withLock { $0.onlookers.removeValue(forKey: name) }
            onlooker?.resume(throwing: CancellationError())
        }
    }

    private func lease() async throws -> Int {
        let caller = state.withLock { $0.name() }
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
        let (waiter, onlookers) = state.withLock { state in
            if let error = error as? PostgresError, error.isOutage {
                state.outage.fail(error, at: now, backoff: backoff)
            } else if !(error is CancellationError) {
                state.outage.succeed()
            } else {
                state.outage.postpone(to: now)
            }
            let waiter = state.leases.release(index).flatMap { state.waiters.removeValue(forKey: $0) }
            return (waiter, state.takeOnlookers())
        }
        waiter?.resume(returning: index)
        for onlooker in onlookers { onlooker.resume() }
    }
}
