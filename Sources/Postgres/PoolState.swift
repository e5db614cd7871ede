/// Who has which connection of a pool, and who waits for one.
struct PoolState {
    /// What becomes of a caller who wants a connection.
    enum Lease: Equatable {
        case granted(Int)
        /// Granted later, by a release.
        case waiting
        /// Too many wait already.
        case refused
    }

    private let waitingMaximum: Int
    private var idle: [Int]
    private var waiting: [UInt64] = []
    private(set) var isClosed = false

    init(connections: Int, waitingMaximum: Int) {
        precondition(connections > 0 && waitingMaximum > 0, "a pool has connections and room to wait for them")
        self.waitingMaximum = waitingMaximum
        // The last one is taken first, so that the one used last is used again and the others may stay unconnected.
        idle = Array((0..<connections).reversed())
    }

    /// Asks for a connection for a caller.
    mutating func lease(for caller: UInt64) -> Lease {
        guard !isClosed else { return .refused }
        if let index = idle.popLast() { return .granted(index) }
        guard waiting.count < waitingMaximum else { return .refused }
        waiting.append(caller)
        return .waiting
    }

    /// Gives a connection back; the caller that is returned has it now.
    mutating func release(_ index: Int) -> UInt64? {
        precondition(!idle.contains(index), "connection \(index) was given back twice")
        if !waiting.isEmpty { return waiting.removeFirst() }
        idle.append(index)
        return nil
    }

    /// Forgets a caller that waits; false when it waits no more.
    mutating func withdraw(_ caller: UInt64) -> Bool {
        guard let place = waiting.firstIndex(of: caller) else { return false }
        waiting.remove(at: place)
        return true
    }

    /// Refuses everybody from now on; returns who waited.
    mutating func close() -> [UInt64] {
        defer { waiting = [] }
        isClosed = true
        return waiting
    }
}
