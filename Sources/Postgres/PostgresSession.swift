internal import CPostgres
internal import Glibc
internal import LinuxIO

/// One connection to a server, used by one thread only; every call may block.
public final class PostgresSession {
    /// Statements beyond so many are not kept prepared.
    private static let preparedLimit = 128
    /// How long the server may take to answer after it was told to cancel.
    private static let cancelPatience = Duration.seconds(2)

    private let connection: OpaquePointer
    private let configuration: PostgresConfiguration
    private let interruption: Interruption
    private let canceller: Canceller
    private var prepared: [String: String] = [:]
    private var preparedCount = 0
    /// When the waiting for a cancelled statement ends.
    ///
    /// A request to cancel that comes late would hit the next statement, so there is none after it.
    private var cancelDeadline: Duration?
    /// Whether nothing can be done with the connection any more.
    public private(set) var isBroken = false

    /// Connects; blocks for the connect timeout at most for each address.
    init(
        _ configuration: PostgresConfiguration, interruption: Interruption, canceller: Canceller
    ) throws(PostgresError) {
        let keywords = configuration.keywords
        var names = keywords.map { strdup($0.0) }
        var values = keywords.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        names.append(nil)
        values.append(nil)
        // Safety: both lists end in null and live through the call; libpq copies what it keeps.
        let made = names.map { UnsafePointer($0) }.withUnsafeBufferPointer { names in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                cpostgres_connectdb_params(names.baseAddress, values.baseAddress, 1)
            }
        }
        guard let made else { throw PostgresError(.resources, "cannot connect to \(configuration): out of memory") }
        guard cpostgres_status(made) == CONNECTION_OK else {
            let reason = String(cString: cpostgres_error_message(made)).trimmedLine
            cpostgres_finish(made)
            throw PostgresError(
                .connect, "cannot connect to \(configuration): \(reason); check the server and the connection string")
        }
        cpostgres_drop_notices(made)
        connection = made
        self.configuration = configuration
        self.interruption = interruption
        self.canceller = canceller
        guard cpostgres_set_nonblocking(made, 1) == 0, cpostgres_enter_pipeline_mode(made) == 1 else {
            throw PostgresError(.connect, "cannot use the connection to \(configuration): \(reason)")
        }
        let milliseconds = max(1, PostgresConfiguration.milliseconds(configuration.statementTimeout))
        // A client that is cut off within a transaction must not hold its locks for ever.
        try run(
            ["statement_timeout", "idle_in_transaction_session_timeout"].map { name in
                PostgresQuery("SET \(name) = \(milliseconds)", isPrepared: false)
            })
    }

    deinit { cpostgres_finish(connection) }

    /// The process that serves the connection, as `pg_stat_activity` knows it.
    public var serverProcess: Int32 { cpostgres_backend_pid(connection) }

    /// The server's version, as in 150004.
    public var serverVersion: Int { Int(cpostgres_server_version(connection)) }

    /// Whether a transaction is open.
    public var isInTransaction: Bool { cpostgres_transaction_status(connection) != PQTRANS_IDLE }

    /// Sends statements together and waits for all their answers: one round trip.
    ///
    /// Outside a transaction they are one by themselves. The first that fails is thrown, and those behind it are not
    /// carried out. With `.lost` and `.timeout` it is not known how far the server came, and the session is of no more
    /// use.
    @discardableResult
    public func run(_ queries: [PostgresQuery]) throws(PostgresError) -> [PostgresRows] {
        guard !isBroken else { throw PostgresError(.lost, "the connection to \(configuration) is broken") }
        if let request = interruption.pending() { throw stopped(by: request) }
        var steps: [Step] = []
        for query in queries { try send(query, &steps) }
        guard cpostgres_pipeline_sync(connection) == 1 else { throw broken("send a statement") }
        defer { if cancelDeadline != nil { isBroken = true } }
        return try answers(to: steps, of: queries.count)
    }

    /// Runs one statement.
    @discardableResult
    public func run(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresRows {
        guard let rows = try run([PostgresQuery(sql, values)]).first else {
            throw PostgresError(.unexpected, "a statement has no answer")
        }
        return rows
    }

    /// Waits until the server sends something by itself, or for a time; then gives the notifications that came.
    ///
    /// Only those of channels that this session listens to come.
    public func notifications(within time: Duration) throws(PostgresError) -> [PostgresNotification] {
        var found = takeNotifications()
        if !found.isEmpty { return found }
        let deadline = monotonicNow() + time
        while found.isEmpty, monotonicNow() < deadline {
            try wait(until: deadline, forWriting: false, isPatient: true)
            guard cpostgres_consume_input(connection) == 1 else { throw broken("wait for notifications") }
            found = takeNotifications()
        }
        return found
    }

    /// Looks whether the server has ended the session since it was used last, without waiting.
    func lookForEnd() {
        // Its last words, then the end.
        for _ in 0..<3 where !isBroken {
            var poll = Poll()
            poll.add(cpostgres_socket(connection))
            guard let ready = try? poll.wait(timeout: .zero), ready > 0 else { return }
            if cpostgres_consume_input(connection) != 1 { isBroken = true }
        }
    }

    private var reason: String { String(cString: cpostgres_error_message(connection)).trimmedLine }

    private func broken(_ act: String) -> PostgresError {
        isBroken = true
        return PostgresError(.lost, "cannot \(act) at \(configuration): \(reason.isEmpty ? "it hung up" : reason)")
    }

    private func takeNotifications() -> [PostgresNotification] {
        var found: [PostgresNotification] = []
        while let notification = cpostgres_notifies(connection) {
            found.append(
                PostgresNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)))
            cpostgres_freemem(notification)
        }
        return found
    }
}

extension PostgresSession {
    /// What the answers of a batch come to, in order.
    private enum Step {
        case prepare(sql: String)
        case query
    }

    private func send(_ query: PostgresQuery, _ steps: inout [Step]) throws(PostgresError) {
        let types = query.values.map(\.typeID)
        var name = query.isPrepared ? prepared[query.sql] : nil
        if query.isPrepared, name == nil, prepared.count < Self.preparedLimit {
            preparedCount += 1
            let fresh = "s\(preparedCount)"
            guard cpostgres_send_prepare(connection, fresh, query.sql, Int32(types.count), types) == 1 else {
                throw broken("prepare a statement")
            }
            // Taken back if the server refuses it.
            prepared[query.sql] = fresh
            steps.append(.prepare(sql: query.sql))
            name = fresh
        }
        guard
            withBinary(
                query.values,
                { values, lengths, formats in
                    let count = Int32(query.values.count)
                    if let name {
                        return cpostgres_send_query_prepared(connection, name, count, values, lengths, formats, 1)
                    }
                    return cpostgres_send_query_params(connection, query.sql, count, types, values, lengths, formats, 1)
                }) == 1
        else { throw broken("send a statement") }
        steps.append(.query)
    }

    // Safety: the pointers are into one buffer that outlives the call; libpq copies what it sends.
    private func withBinary(
        _ values: [PostgresValue],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Int32
    ) -> Int32 {
        var bytes: [UInt8] = []
        var places: [(start: Int, length: Int)?] = []
        for value in values {
            let binary = value.binary
            places.append(binary.map { (bytes.count, $0.count) })
            bytes += binary ?? []
        }
        // One byte more, so that an empty value at the end has an address too.
        bytes.append(0)
        return bytes.withUnsafeBytes { buffer in
            let pointers = places.map { place -> UnsafePointer<CChar>? in
                guard let place, let start = buffer.baseAddress else { return nil }
                return (start + place.start).assumingMemoryBound(to: CChar.self)
            }
            let lengths = places.map { Int32($0?.length ?? 0) }
            let formats = [Int32](repeating: 1, count: values.count)
            return body(pointers, lengths, formats)
        }
    }

    private func answers(to steps: [Step], of count: Int) throws(PostgresError) -> [PostgresRows] {
        let deadline = monotonicNow() + configuration.answerTimeout
        var rows: [PostgresRows] = []
        rows.reserveCapacity(count)
        var failure: PostgresError?
        for step in steps {
            while let answer = try nextAnswer(deadline) {
                let status = cpostgres_result_status(answer)
                if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
                    let owned = PostgresRows(owning: answer)
                    if case .query = step { rows.append(owned) }
                    continue
                }
                if failure == nil, status == PGRES_FATAL_ERROR { failure = Self.error(of: answer) }
                if case .prepare(let sql) = step { prepared[sql] = nil }
                cpostgres_clear(answer)
            }
            if isBroken || cpostgres_status(connection) != CONNECTION_OK { throw lost(failure) }
        }
        guard let sync = try nextAnswer(deadline) else { throw lost(failure) }
        let isSynced = cpostgres_result_status(sync) == PGRES_PIPELINE_SYNC
        cpostgres_clear(sync)
        guard isSynced else { throw lost(failure) }
        if cancelDeadline != nil, let failure, failure.state == .queryCancelled {
            throw PostgresError(.cancelled, "a statement was cancelled", state: failure.state)
        }
        if let failure { throw failure }
        guard rows.count == count else { throw broken("read the answers") }
        return rows
    }

    /// The last words of a server that ends the connection say why; they are in the failed answer or in the connection.
    private func lost(_ failure: PostgresError?) -> PostgresError {
        let error = broken("wait for an answer")
        guard let failure else { return error }
        return PostgresError(.lost, "\(error.message): \(failure.message)", state: failure.state, cause: failure)
    }

    /// The next answer, nil between the answers of two statements.
    private func nextAnswer(_ deadline: Duration) throws(PostgresError) -> OpaquePointer? {
        while true {
            let flushed = cpostgres_flush(connection)
            guard flushed >= 0 else { throw broken("send a statement") }
            if cpostgres_is_busy(connection) == 0 { return cpostgres_get_result(connection) }
            try wait(until: deadline, forWriting: flushed == 1, isPatient: false)
            guard cpostgres_consume_input(connection) == 1 else { throw broken("wait for an answer") }
        }
    }

    /// Waits for the socket.
    ///
    /// A patient wait may end in silence; an impatient one then gives the connection up. A request to cancel ends a
    /// patient wait; otherwise the server is told, and its answer is waited for.
    private func wait(until deadline: Duration, forWriting: Bool, isPatient: Bool) throws(PostgresError) {
        if let request = interruption.pending(), cancelDeadline == nil {
            if isPatient || request == .close { throw stopped(by: request) }
            cancelDeadline = monotonicNow() + Self.cancelPatience
            canceller.cancel(connection)
        }
        let end = min(deadline, cancelDeadline ?? deadline)
        var poll = Poll()
        poll.add(cpostgres_socket(connection), for: forWriting ? [.readable, .writable] : .readable)
        poll.add(interruption.descriptor)
        let ready: Int
        do throws(LinuxIOError) { ready = try poll.wait(timeout: max(.zero, end - monotonicNow())) } catch {
            isBroken = true
            throw PostgresError(.resources, "cannot wait for \(configuration): \(error)", cause: error)
        }
        if ready == 0, !isPatient {
            isBroken = true
            throw PostgresError(
                .timeout, "\(configuration) did not answer within \(configuration.answerTimeout); check its load")
        }
        if !poll.ready(1).isEmpty { interruption.drain() }
    }

    private func stopped(by request: Interruption.Request) -> PostgresError {
        isBroken = true
        switch request {
        case .close: return PostgresError(.closed, "the connection to \(configuration) was closed")
        case .cancel: return PostgresError(.cancelled, "the use of \(configuration) was cancelled")
        }
    }

    private static func error(of answer: OpaquePointer) -> PostgresError {
        // Safety: the texts belong to the answer, which its caller frees afterwards.
        func text(_ field: UnsafePointer<CChar>?) -> String? { field.map { String(cString: $0).trimmedLine } }
        let state = text(cpostgres_error_state(answer)).map { SQLState(rawValue: $0) }
        var message =
            text(cpostgres_error_summary(answer)) ?? String(cString: cpostgres_result_error_message(answer)).trimmedLine
        if let state { message += " (SQLSTATE \(state.rawValue))" }
        if let hint = text(cpostgres_error_hint(answer)) { message += "; hint: \(hint)" }
        return PostgresError(.refused, "the server refused a statement: \(message)", state: state)
    }
}

/// A message that another session sent to a channel.
public struct PostgresNotification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// The text that came with it.
    public let payload: String
}
