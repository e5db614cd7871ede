import Synchronization

/// How much of something each user has at once.
final class UserBudget: Sendable {
    private let counts = Mutex<[UserKey: Int]>([:])

    /// Whether nobody has any.
    var isUnused: Bool { counts.withLock { $0.isEmpty } }

    /// Takes one, unless the user has `limit` already.
    func take(_ user: UserKey, limit: Int) -> Bool {
        counts.withLock { counts in
            guard counts[user, default: 0] < limit else { return false }
            counts[user, default: 0] += 1
            return true
        }
    }

    /// Gives one back.
    func give(_ user: UserKey) {
        counts.withLock { counts in
            let left = counts[user, default: 0] - 1
            counts[user] = left > 0 ? left : nil
        }
    }
}

/// How much each user did within the current minute: a flood of denials or tokens must not fill the audit log.
final class MinuteBudget: Sendable {
    private struct State {
        var minute: Int64 = 0
        var counts: [UserKey: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether a user may do it once more within the minute.
    func take(_ user: UserKey, minute: Int64) -> Bool {
        state.withLock { state in
            if state.minute != minute { state = State(minute: minute) }
            state.counts[user, default: 0] += 1
            return state.counts[user, default: 0] <= limit
        }
    }
}
