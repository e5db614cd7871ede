internal import LinuxIO

/// One connection with a named thread of its own; connects when it is first used, and anew after it broke.
///
/// Bodies run on the thread one after the other, so they may block.
public final class PostgresConnection: Sendable {
    /// Prepares a fresh session before anything else uses it; what it throws is thrown to whoever wanted to connect.
    public typealias Preparation = @Sendable (PostgresSession) throws -> Void

    private let thread: WorkerThread
    private let interruption: Interruption
    private let slot: SessionSlot

    /// Starts the thread, named `name`, and does not connect yet.
    public init(
        name: String, configuration: PostgresConfiguration, preparation: @escaping Preparation = { _ in }
    ) throws(PostgresError) {
        interruption = try Interruption()
        slot = SessionSlot(configuration, interruption: interruption, preparation: preparation)
        do throws(LinuxIOError) { thread = try WorkerThread(name: name) } catch {
            throw PostgresError(.resources, "cannot start the thread of a database connection: \(error)", cause: error)
        }
    }

    deinit { interruption.close() }

    /// Runs a body with the connection and returns what it returns.
    ///
    /// When the calling task is cancelled, the server is told to cancel the statement that runs, and this throws
    /// `CancellationError`. A body that leaves a transaction open loses the connection, and with it the transaction.
    public func run<Result: Sendable>(
        _ body: @Sendable @escaping (PostgresSession) throws -> Result
    ) async throws -> Result {
        let job = interruption.register()
        defer { interruption.end(job) }
        do {
            return try await withTaskCancellationHandler {
                try await thread.run { [interruption, slot] in
                    interruption.begin(job)
                    defer { interruption.end(job) }
                    return try slot.use(body)
                }
            } onCancel: {
                interruption.cancel(job)
            }
        } catch let error as PostgresError where error.code == .cancelled && Task.isCancelled {
            throw CancellationError()
        } catch let error as LinuxIOError {
            throw PostgresError(.closed, "the thread of a database connection has ended: \(error)", cause: error)
        }
    }

    /// Ends the connection; what runs on it and everything later throws `.closed`.
    public func close() {
        interruption.close()
        do throws(LinuxIOError) { try thread.enqueue { [slot] in slot.disconnect() } } catch {
            // The thread has ended, and the session with it.
        }
    }
}

/// The session of a connection, or none.
// Safety: `session` is confined to the connection's thread, on which every method runs.
private final class SessionSlot: @unchecked Sendable {
    private let configuration: PostgresConfiguration
    private let interruption: Interruption
    private let canceller = Canceller()
    private let preparation: PostgresConnection.Preparation
    private var session: PostgresSession?

    init(
        _ configuration: PostgresConfiguration, interruption: Interruption,
        preparation: @escaping PostgresConnection.Preparation
    ) {
        self.configuration = configuration
        self.interruption = interruption
        self.preparation = preparation
    }

    func use<Result>(_ body: (PostgresSession) throws -> Result) throws -> Result {
        guard !interruption.isClosed else {
            throw PostgresError(.closed, "the connection to \(configuration) was closed")
        }
        let session = try connected()
        defer { if session.isBroken || session.isInTransaction { disconnect() } }
        return try body(session)
    }

    func disconnect() { session = nil }

    private func connected() throws -> PostgresSession {
        if let session {
            session.lookForEnd()
            if !session.isBroken { return session }
            disconnect()
        }
        let fresh = try PostgresSession(configuration, interruption: interruption, canceller: canceller)
        try preparation(fresh)
        guard !fresh.isBroken, !fresh.isInTransaction else {
            throw PostgresError(.lost, "the connection to \(configuration) broke while it was prepared")
        }
        session = fresh
        return fresh
    }
}
