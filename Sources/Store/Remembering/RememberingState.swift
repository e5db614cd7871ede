import Model

/// Whether the other store is there, and what it has to be told when it is back.
struct RememberingState {
    /// What becomes of an object when the store is back.
    enum Duty: Sendable, Hashable {
        /// It is stored as it is remembered: its status, or all of it.
        case store(ObjectPart)
        case delete
    }

    /// Duties for objects of bounded kinds; the oldest go first.
    private let eventLimit: Int
    private let eventKind: KindName
    private(set) var reason: StoreError?
    private var duties: [ObjectKey: Duty] = [:]
    private var order: [ObjectKey] = []
    private var eventCount = 0

    init(eventKind: KindName, eventLimit: Int) {
        self.eventKind = eventKind
        self.eventLimit = eventLimit
    }

    var isAway: Bool { reason != nil }

    /// Notes that the store does not answer; true when it did before.
    mutating func leave(_ error: StoreError) -> Bool {
        defer { reason = error }
        return reason == nil
    }

    /// Notes what has to be told; duties for one object become one.
    ///
    /// Returns the object of a duty that was given up.
    mutating func add(_ duty: Duty, for key: ObjectKey, error: StoreError) -> ObjectKey? {
        if reason == nil { reason = error }
        guard let earlier = duties[key] else {
            duties[key] = duty
            order.append(key)
            guard key.kind == eventKind else { return nil }
            eventCount += 1
            return eventCount > eventLimit ? dropOldestEvent() : nil
        }
        switch (earlier, duty) {
        case (.store(let first), .store(let second)) where first != second: duties[key] = .store(.all)
        default: duties[key] = duty
        }
        return nil
    }

    /// The duty that was noted first; it is noted no more.
    mutating func takeFirst() -> (ObjectKey, Duty)? {
        guard !order.isEmpty else { return nil }
        let key = order.removeFirst()
        if key.kind == eventKind { eventCount -= 1 }
        guard let duty = duties.removeValue(forKey: key) else { preconditionFailure("a duty was lost") }
        return (key, duty)
    }

    /// Notes that the store is there again, unless something is left to tell it.
    mutating func comeBack() -> Bool {
        guard order.isEmpty else { return false }
        reason = nil
        return true
    }

    private mutating func dropOldestEvent() -> ObjectKey? {
        guard let index = order.firstIndex(where: { $0.kind == eventKind }) else { return nil }
        let key = order.remove(at: index)
        duties[key] = nil
        eventCount -= 1
        return key
    }
}
