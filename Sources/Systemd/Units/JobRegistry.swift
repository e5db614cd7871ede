/// Who waits for which job: a plain state machine that the bus thread and the waiters share under a lock.
///
/// A job is expected on the bus thread while the answer that names it is read, so its end, which can only arrive later
/// on the same connection, never comes too early.
struct JobRegistry {
    /// Waiters whose call has not been answered yet.
    private var asking: Set<ObjectIdentifier> = []
    /// Several threads may wait for one job: the manager merges jobs that are the same.
    private var waiters: [String: [Monitor<JobWait>]] = [:]
    /// Jobs that nobody waits for any more and that go on.
    private var abandoned: Set<String> = []

    /// How many jobs may be under way.
    ///
    /// For each the manager adds a match rule to its own bus connection; dbus-daemon allows 512, and at one more the
    /// manager is cut off the bus.
    let limit: Int

    init(limit: Int = 200) {
        self.limit = limit
    }

    private var count: Int { asking.count + waiters.count + abandoned.count }

    /// Makes room for a job that is about to be asked for; false if there is none.
    mutating func reserve(_ waiter: Monitor<JobWait>) -> Bool {
        guard count < limit else { return false }
        asking.insert(ObjectIdentifier(waiter))
        return true
    }

    /// Waits for the end of a job, unless the waiter has given up since it asked.
    mutating func expect(_ path: String, _ waiter: Monitor<JobWait>) {
        if asking.remove(ObjectIdentifier(waiter)) != nil {
            waiters[path, default: []].append(waiter)
        } else if waiters[path] == nil {
            abandoned.insert(path)
        }
    }

    /// The waiters for a job that ended; it is not waited for any more.
    mutating func removed(_ path: String) -> [Monitor<JobWait>] {
        abandoned.remove(path)
        return waiters.removeValue(forKey: path) ?? []
    }

    /// A waiter that is done or gave up; its job, if it goes on, still counts.
    mutating func forget(_ waiter: Monitor<JobWait>) {
        asking.remove(ObjectIdentifier(waiter))
        for (path, others) in waiters where others.contains(where: { $0 === waiter }) {
            let rest = others.filter { $0 !== waiter }
            waiters[path] = rest.isEmpty ? nil : rest
            if rest.isEmpty { abandoned.insert(path) }
        }
    }

    /// Every waiter, to be told that the connection is gone; none is left.
    mutating func removeAll() -> [Monitor<JobWait>] {
        defer { self = JobRegistry(limit: limit) }
        return all
    }

    /// The manager may have dropped signals: every waiter, to be told to look whether its job still exists.
    ///
    /// Nobody looks for the abandoned jobs, so they are taken to have ended.
    mutating func doubt() -> [Monitor<JobWait>] {
        abandoned = []
        return all
    }

    private var all: [Monitor<JobWait>] { waiters.values.flatMap { $0 } }
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
