internal import LinuxIO
internal import Synchronization

/// Tells the thread of a connection, while it waits for the server, that somebody wants it to stop.
final class Interruption: Sendable {
    /// What the thread is asked to do.
    enum Request {
        /// Ends the job with this number.
        case cancel
        /// Ends the connection.
        case close
    }

    private struct State {
        var next: UInt64 = 0
        var running: UInt64 = 0
        var cancelled: Set<UInt64> = []
        var isClosed = false
    }

    private let event: EventDescriptor
    private let state = Mutex(State())

    init() throws(PostgresError) {
        do throws(LinuxIOError) { event = try EventDescriptor() } catch {
            throw PostgresError(.resources, "cannot make the event of a database connection: \(error)", cause: error)
        }
    }

    /// The descriptor that becomes readable with a request.
    var descriptor: Int32 { event.rawValue }

    /// A number for a new job.
    func register() -> UInt64 {
        state.withLock { state in
            state.next += 1
            return state.next
        }
    }

    /// Asks for the end of a job, whether it runs already or not.
    func cancel(_ job: UInt64) {
        let isRunning = state.withLock { state in
            state.cancelled.insert(job)
            return state.running == job
        }
        if isRunning { event.signal() }
    }

    /// Asks for the end of the connection; never taken back.
    func close() {
        state.withLock { $0.isClosed = true }
        event.signal()
    }

    /// Whether the connection was ended.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Begins a job; called by the thread.
    func begin(_ job: UInt64) {
        event.drain()
        state.withLock { $0.running = job }
    }

    /// Ends the job that runs, and forgets that it was cancelled; called by the thread or, for a job that never ran, by
    /// its caller.
    func end(_ job: UInt64) {
        state.withLock { state in
            if state.running == job { state.running = 0 }
            state.cancelled.remove(job)
        }
    }

    /// What is asked of the job that runs; called by the thread.
    func pending() -> Request? {
        state.withLock { state in
            if state.isClosed { return .close }
            return state.cancelled.contains(state.running) ? .cancel : nil
        }
    }

    /// Makes the descriptor unreadable until the next request; called by the thread.
    func drain() { event.drain() }
}
