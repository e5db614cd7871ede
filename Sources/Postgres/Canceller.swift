internal import CPostgres
internal import LinuxIO
internal import Synchronization

/// Asks servers to cancel what they do, on a thread of its own: libpq waits for the server there, and a server that is
/// cut off keeps it waiting.
final class Canceller: Sendable {
    /// libpq's address and key of a session.
    // Safety: one thread uses it at a time: the session's makes it and hands it to the canceller's, which frees it.
    private struct Target: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// So many requests may wait behind one that hangs; more are dropped, and the statements run to their timeout.
    private static let queueLimit = 4
    private let thread = Mutex<WorkerThread?>(nil)

    /// Asks the server of a connection, and does not wait.
    func cancel(_ connection: OpaquePointer) {
        guard let pointer = cpostgres_get_cancel(connection) else { return }
        let target = Target(pointer: pointer)
        do throws(LinuxIOError) {
            try started().enqueue {
                var reason = [CChar](repeating: 0, count: 256)
                // If it fails, the statement runs to its end or its timeout, and the session is closed anyway.
                _ = cpostgres_cancel(target.pointer, &reason, Int32(reason.count))
                cpostgres_free_cancel(target.pointer)
            }
        } catch {
            cpostgres_free_cancel(pointer)
        }
    }

    private func started() throws(LinuxIOError) -> WorkerThread {
        try thread.withLock { thread throws(LinuxIOError) in
            if let thread { return thread }
            let started = try WorkerThread(name: "pg-cancel", queueLimit: Self.queueLimit)
            thread = started
            return started
        }
    }
}
