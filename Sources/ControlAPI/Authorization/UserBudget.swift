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

/// How many denials of each user were recorded within the current minute: a flood of them must not fill the audit log.
final class DenialBudget: Sendable {
    private struct State {
        var minute: Int64 = 0
        var counts: [UserKey: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether one more denial of a user is recorded.
    func take(_ user: UserKey, minute: Int64) -> Bool {
        state.withLock { state in
            if state.minute != minute { state = State(minute: minute) }
            state.counts[user, default: 0] += 1
            return state.counts[user, default: 0] <= limit
        }
    }
}
