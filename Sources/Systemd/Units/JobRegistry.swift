/// Who waits for which job: a plain state machine that the bus thread and the waiters share under a lock.
///
/// A job is expected on the bus thread while the answer that names it is read, so its end, which can only arrive later
/// on the same connection, never comes too early.
struct JobRegistry {
    private var waiters: [String: Monitor<JobWait>] = [:]

    /// Waits for the end of a job.
    mutating func expect(_ path: String, _ waiter: Monitor<JobWait>) {
        waiters[path] = waiter
    }

    /// The waiter for a job that ended; it is not waited for any more.
    mutating func removed(_ path: String) -> Monitor<JobWait>? {
        waiters.removeValue(forKey: path)
    }

    /// A waiter that gave up.
    mutating func forget(_ path: String) {
        waiters[path] = nil
    }

    /// Every waiter, to be told that the connection is gone; none is left.
    mutating func removeAll() -> [Monitor<JobWait>] {
        defer { waiters = [:] }
        return Array(waiters.values)
    }

    /// Every waiter, to be told to look whether its job still exists.
    var all: [Monitor<JobWait>] { Array(waiters.values) }
}

/// What a thread that waits for a job is told.
enum JobWait: Sendable, Equatable {
    /// Can transition to any other case.
    case waiting
    /// The service manager was replaced or reloaded and may have dropped signals; back to `waiting` once that was
    /// looked into.
    case doubtful
    /// Final.
    case ended(JobResult)
    /// Final.
    case disconnected

    /// A final state stays.
    mutating func advance(to next: JobWait) {
        switch self {
        case .waiting, .doubtful: self = next
        case .ended, .disconnected: break
        }
    }
}
