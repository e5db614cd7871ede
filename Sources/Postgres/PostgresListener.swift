/// Listens to channels on a connection of its own, for as long as `run` runs.
public final class PostgresListener: Sendable {
    /// What a listener hears.
    public enum Event: Sendable {
        /// It listens, for the first time or again: what was notified before is not heard, so read now.
        case connected
        /// Somebody notified a channel.
        case notified(PostgresNotification)
        /// The connection is gone; what is notified meanwhile is not heard.
        case lost(any Error)
    }

    /// A silent connection is tried after this time.
    private static let silenceMaximum = Duration.seconds(30)
    private let channels: [String]
    private let connection: PostgresConnection
    private let backoff: ReconnectBackoff
    private let timer: PostgresTimer

    /// Starts the thread, and does not connect yet; a channel's name has letters, digits and underscores.
    public init(
        name: String, configuration: PostgresConfiguration, channels: [String],
        backoff: ReconnectBackoff = ReconnectBackoff(), clock: some Clock<Duration> = ContinuousClock(),
        preparation: @escaping PostgresConnection.Preparation = { _ in }
    ) throws(PostgresError) {
        for channel in channels where !Self.isSound(channel) {
            throw PostgresError(
                .invalid, "cannot listen to '\(channel)': a channel has up to 63 letters, digits and underscores")
        }
        self.channels = channels
        self.backoff = backoff
        timer = PostgresTimer(clock)
        connection = try PostgresConnection(name: name, configuration: configuration) { session in
            try preparation(session)
            try session.run(channels.map { PostgresQuery("LISTEN \"\($0)\"", isPrepared: false) })
        }
    }

    /// Connects, and again after each loss, and calls the handler for everything that is heard, one after the other.
    ///
    /// Ends by throwing `CancellationError`, or `.closed`. Any other error, of a handler too, loses the connection: it
    /// is told to the handler, which must not throw then, and followed by another attempt.
    public func run(_ handler: (Event) async throws -> Void) async throws {
        var failures = 0
        while true {
            do {
                try await connection.run { _ in }
                failures = 0
                try await handler(.connected)
                while true {
                    for notification in try await next() { try await handler(.notified(notification)) }
                }
            } catch {
                let isEnd = error is CancellationError || (error as? PostgresError)?.code == .closed
                if isEnd { throw error }
                failures += 1
                try await handler(.lost(error))
                try await timer.sleep(backoff.delay(afterFailures: failures))
            }
        }
    }

    /// Runs a body on the connection that listens, between two events.
    public func withSession<Result: Sendable>(
        _ body: @Sendable @escaping (PostgresSession) throws -> Result
    ) async throws -> Result {
        try await connection.run(body)
    }

    /// Ends the connection; a `run` that goes on throws `.closed`.
    public func close() { connection.close() }

    private func next() async throws -> [PostgresNotification] {
        try await connection.run { session in
            let found = try session.notifications(within: Self.silenceMaximum)
            // An answer to something is the only sign of life of a server that has nothing to say.
            if found.isEmpty { _ = try session.run("SELECT 1") }
            return found
        }
    }

    private static func isSound(_ channel: String) -> Bool {
        let bytes = channel.utf8
        return !bytes.isEmpty && bytes.count <= 63
            && bytes.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }
}
