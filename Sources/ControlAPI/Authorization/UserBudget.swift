import Synchronization

/// How much of something each user has at once.
final class UserBudget: Sendable {
    private let counts = Mutex<[UInt32: Int]>([:])

    /// Whether nobody has any.
    var isUnused: Bool { counts.withLock { $0.isEmpty } }

    /// Takes one, unless the user has `limit` already.
    func take(_ uid: UInt32, limit: Int) -> Bool {
        counts.withLock { counts in
            guard counts[uid, default: 0] < limit else { return false }
            counts[uid, default: 0] += 1
            return true
        }
    }

    /// Gives one back.
    func give(_ uid: UInt32) {
        counts.withLock { counts in
            let left = counts[uid, default: 0] - 1
            counts[uid] = left > 0 ? left : nil
        }
    }
}

/// How many denials of each user were recorded within the current minute: a flood of them must not fill the audit log.
final class DenialBudget: Sendable {
    private struct State {
        var minute: Int64 = 0
        var counts: [UInt32: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether one more denial of a user is recorded.
    func take(_ uid: UInt32, minute: Int64) -> Bool {
        state.withLock { state in
            if state.minute != minute { state = State(minute: minute) }
            state.counts[uid, default: 0] += 1
            return state.counts[uid, default: 0] <= limit
        }
    }
}
