/// Names one transfer of one transport; never used twice.
struct TransferID: Hashable, Sendable {
    let value: UInt64
}

/// Decides which transfers run, which wait in order, and which are refused.
struct Admission {
    /// What became of a transfer that was submitted.
    enum Decision: Equatable {
        case start, wait, refuse
    }

    /// What a transfer was doing when it was withdrawn.
    enum Withdrawal: Equatable {
        case wasWaiting, isActive, unknown
    }

    let activeMaximum: Int
    let waitingMaximum: Int
    private(set) var active: Set<TransferID> = []
    private(set) var waiting: [TransferID] = []

    init(activeMaximum: Int, waitingMaximum: Int) {
        precondition(activeMaximum > 0, "a transport needs room for one transfer")
        precondition(waitingMaximum >= 0, "a queue cannot be shorter than empty")
        self.activeMaximum = activeMaximum
        self.waitingMaximum = waitingMaximum
    }

    mutating func submit(_ id: TransferID) -> Decision {
        precondition(!active.contains(id) && !waiting.contains(id), "a transfer is submitted once")
        if active.count < activeMaximum, waiting.isEmpty {
            active.insert(id)
            return .start
        }
        guard waiting.count < waitingMaximum else { return .refuse }
        waiting.append(id)
        return .wait
    }

    /// Forgets a waiting transfer; an active one stays until it is finished.
    mutating func withdraw(_ id: TransferID) -> Withdrawal {
        if active.contains(id) { return .isActive }
        guard let index = waiting.firstIndex(of: id) else { return .unknown }
        waiting.remove(at: index)
        return .wasWaiting
    }

    /// Frees the place of a transfer that ended.
    mutating func finish(_ id: TransferID) {
        let removed = active.remove(id)
        precondition(removed != nil, "a transfer finished that was not running")
    }

    /// The next transfer to start, if there is room for one.
    mutating func next() -> TransferID? {
        guard active.count < activeMaximum, !waiting.isEmpty else { return nil }
        let id = waiting.removeFirst()
        active.insert(id)
        return id
    }
}
