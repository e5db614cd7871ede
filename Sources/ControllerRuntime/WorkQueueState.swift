import OrderedCollections

/// The logic of a work queue without locks, time or tasks: every method returns what the shell must do.
///
/// The rules are those of client-go's work queue: a key that is queued is not queued again; a key that is being
/// processed and is added again is queued once more when it is done, so that two workers never hold the same key and
/// no addition is lost.
struct WorkQueueState<Key: Hashable & Sendable, Instant: Comparable & Sendable> {
    /// What the shell does after unlocking.
    struct Effects {
        /// Hand this key to this waiter.
        var handovers: [(waiter: Int, key: Key)] = []
        /// Tell these waiters that the queue ended.
        var ended: [Int] = []
        /// The earliest deadline moved: the timer must look again.
        var wakesTimer = false
    }

    /// What became of an addition.
    enum Admission: Hashable, Sendable {
        /// Queued, or noted to be queued again once it is done.
        case accepted
        /// It was queued already.
        case duplicate
        /// The bound is reached, or the queue is shutting down.
        case refused
    }

    private let limit: Int
    private var queued: OrderedSet<Key> = []
    private var processing: Set<Key> = []
    private var dirty: Set<Key> = []
    private var delayed: [Key: Instant] = [:]
    private var waiters: OrderedSet<Int> = []
    private var failures: [Key: Int] = [:]
    /// Whether no more keys are taken.
    private(set) var isShuttingDown = false

    /// Makes an empty queue for at most `limit` distinct waiting keys.
    init(limit: Int) {
        precondition(limit > 0, "a work queue needs room for at least one key")
        self.limit = limit
    }

    /// Keys that wait for a worker.
    var depth: Int { queued.count + dirty.count }
    /// Keys that wait for their time.
    var delayedCount: Int { delayed.count }
    /// Keys that workers hold.
    var processingCount: Int { processing.count }
    /// When the next delayed key becomes due.
    var earliestDeadline: Instant? { delayed.values.min() }

    /// Adds a key now; a delayed addition of the same key is no longer needed.
    mutating func add(_ key: Key) -> (Admission, Effects) {
        guard !isShuttingDown else { return (.refused, Effects()) }
        if queued.contains(key) || dirty.contains(key) { return (.duplicate, Effects()) }
        let waits = delayed.removeValue(forKey: key) != nil
        guard waits || hasRoom else { return (.refused, Effects()) }
        if processing.contains(key) {
            dirty.insert(key)
            return (.accepted, Effects())
        }
        queued.append(key)
        return (.accepted, serveWaiters())
    }

    /// Adds a key at a time; of several times for one key the earliest counts.
    mutating func add(_ key: Key, at deadline: Instant) -> (Admission, Effects) {
        guard !isShuttingDown else { return (.refused, Effects()) }
        if queued.contains(key) || dirty.contains(key) { return (.duplicate, Effects()) }
        if let earlier = delayed[key], earlier <= deadline { return (.duplicate, Effects()) }
        guard delayed[key] != nil || hasRoom else { return (.refused, Effects()) }
        let before = earliestDeadline
        delayed[key] = deadline
        var effects = Effects()
        effects.wakesTimer = before.map { deadline < $0 } ?? true
        return (.accepted, effects)
    }

    /// Moves every key whose time has come to the queue, in the order of their times.
    mutating func release(upTo now: Instant) -> Effects {
        let due = delayed.filter { $0.value <= now }.sorted { $0.value < $1.value }
        for (key, _) in due {
            delayed[key] = nil
            if processing.contains(key) { dirty.insert(key) } else { queued.append(key) }
        }
        return serveWaiters()
    }

    /// A worker asks for a key: it gets one at once, or is noted as a waiter, or learns that the queue ended.
    mutating func next(waiter: Int) -> NextKey<Key> {
        if let key = queued.first {
            queued.removeFirst()
            processing.insert(key)
            return .key(key)
        }
        guard !isShuttingDown else { return .ended }
        waiters.append(waiter)
        return .wait
    }

    /// A waiter gave up.
    mutating func cancel(waiter: Int) -> Bool { waiters.remove(waiter) != nil }

    /// A worker is done with a key; additions that came meanwhile are queued now.
    mutating func finish(_ key: Key) -> Effects {
        let removed = processing.remove(key)
        precondition(removed != nil, "'\(key)' finished without being processed")
        if dirty.remove(key) != nil { queued.append(key) }
        return serveWaiters()
    }

    /// Counts a failure of a key and returns how many there were before.
    mutating func countFailure(_ key: Key) -> Int {
        let count = failures[key, default: 0]
        failures[key] = count + 1
        return count
    }

    /// Forgets the failures of a key.
    mutating func forget(_ key: Key) { failures[key] = nil }

    /// How often a key failed in a row.
    func failureCount(_ key: Key) -> Int { failures[key, default: 0] }

    /// Takes no more additions; what is queued is still handed out, what is delayed is dropped (a restart lists again).
    mutating func shutDown() -> Effects {
        guard !isShuttingDown else { return Effects() }
        isShuttingDown = true
        delayed = [:]
        var effects = serveWaiters()
        effects.ended = Array(waiters)
        effects.wakesTimer = true
        waiters = []
        return effects
    }

    private var hasRoom: Bool { queued.count + dirty.count + delayed.count < limit }

    private mutating func serveWaiters() -> Effects {
        var effects = Effects()
        while let waiter = waiters.first, let key = queued.first {
            waiters.removeFirst()
            queued.removeFirst()
            processing.insert(key)
            effects.handovers.append((waiter, key))
        }
        return effects
    }
}

/// The answer to a worker that asks for a key.
enum NextKey<Key: Hashable & Sendable>: Hashable, Sendable {
    case key(Key)
    case wait
    case ended
}
