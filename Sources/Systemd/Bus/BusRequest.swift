import CSystemd

/// A call on its way through the bus thread.
struct BusRequest: Sendable {
    let call: BusCall
    let deadline: MonotonicTime
    /// Takes the answer on the bus thread, exactly once; the reader is good only until it returns.
    let finish: @Sendable (Result<BusMessageReader, SystemdError>) -> Void
}

/// The queue between the callers and the bus thread: a plain state machine that the bus guards with a lock.
struct BusQueue {
    private var requests: [BusRequest] = []
    private var isWakePending = false
    private(set) var end: SystemdError?
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    enum Admission {
        /// Queued, and the bus thread must be woken.
        case wake
        /// Queued; a wake is already on its way.
        case queued
        /// Not queued, none of them.
        case refused(SystemdError)
    }

    /// Takes all requests or none.
    mutating func add(_ new: [BusRequest]) -> Admission {
        if let end { return .refused(end) }
        guard requests.count + new.count <= limit else {
            return .refused(SystemdError(.overloaded, "cannot call over the bus: \(requests.count) calls wait already"))
        }
        requests.append(contentsOf: new)
        return wake() ? .wake : .queued
    }

    /// Ends the queue; returns whether the bus thread must be woken.
    ///
    /// The first reason stays.
    mutating func close(_ error: SystemdError) -> Bool {
        guard end == nil else { return false }
        end = error
        return wake()
    }

    /// What the bus thread takes when it was woken.
    mutating func take(atMost count: Int) -> [BusRequest] {
        isWakePending = false
        let taken = Array(requests.prefix(count))
        requests.removeFirst(taken.count)
        return taken
    }

    var isEmpty: Bool { requests.isEmpty }

    private mutating func wake() -> Bool {
        defer { isWakePending = true }
        return !isWakePending
    }
}
