import Model

/// Notices that somebody undoes every repair of a resource, or that many change it all the time, and makes the next
/// repair wait longer each time instead of fighting (I10).
///
/// Pure; times are boot-time nanoseconds.
struct FightDetector: Sendable {
    /// What a repair was the last straw of.
    enum Fight: Sendable, Hashable {
        /// One opponent undoes every repair.
        case oneOpponent
        /// Many change the resource again and again.
        case many
    }

    /// Repairs within `window` of what one opponent did that make a fight.
    let rounds: Int
    /// Repairs within `window`, whoever made them needed, that make a fight.
    let roundsInTotal: Int
    /// The window in nanoseconds.
    let window: Int64
    /// How the waiting grows.
    let delayInitial: Int64
    let delayMaximum: Int64

    private struct Record: Sendable {
        var repairs: [Int64] = []
        /// The same by opponent; bounded with `repairs`, as each repair adds to both.
        var byOpponent: [Opponent: [Int64]] = [:]
        var fights = 0
        var waitsUntil: Int64?
        /// Why it waits, with the opponent's name.
        var reason = ""

        var lastRepair: Int64 { max(repairs.last ?? 0, waitsUntil ?? 0) }

        mutating func forget(until time: Int64) {
            repairs.removeAll { $0 <= time }
            byOpponent = byOpponent.compactMapValues { times in
                let left = times.filter { $0 > time }
                return left.isEmpty ? nil : left
            }
        }
    }

    private var records: [ResourceID: Record] = [:]
    private let limit = 10_000

    /// The defaults: five repairs in a minute of what one opponent did, or twenty whoever did it, make a fight; the
    /// next repair waits ten seconds, then twice as long, up to ten minutes.
    init(
        rounds: Int = 5, roundsInTotal: Int = 20, window: Int64 = 60_000_000_000,
        delayInitial: Int64 = 10_000_000_000, delayMaximum: Int64 = 600_000_000_000
    ) {
        self.rounds = rounds
        self.roundsInTotal = roundsInTotal
        self.window = window
        self.delayInitial = delayInitial
        self.delayMaximum = delayMaximum
    }

    /// Notes a repair of what somebody did; the fight, when it was the one that made it one.
    mutating func noteRepair(of resource: ResourceID, by opponent: Opponent, at now: Int64) -> Fight? {
        forgetQuiet(at: now)
        var record = records[resource] ?? Record()
        record.forget(until: now - window)
        record.repairs.append(now)
        record.byOpponent[opponent, default: []].append(now)
        var fight: Fight?
        if record.byOpponent[opponent, default: []].count >= rounds {
            fight = .oneOpponent
        } else if record.repairs.count >= roundsInTotal {
            fight = .many
        }
        if let fight {
            var delay = delayInitial
            for _ in 0..<min(record.fights, 32) where delay < delayMaximum { delay = min(delay * 2, delayMaximum) }
            record.fights += 1
            record.waitsUntil = now + delay
            // One repair after the wait is a round of its own: another drift within the window goes on with the fight.
            switch fight {
            case .oneOpponent:
                record.byOpponent[opponent] = Array(repeating: now + delay, count: rounds - 1)
                record.reason = "\(opponent.name) undoes every repair"
            case .many:
                record.repairs = Array(repeating: now + delay, count: roundsInTotal - 1)
                record.reason = "it is changed again and again, the last time by \(opponent.name)"
            }
        }
        records[resource] = record
        return fight
    }

    /// When the repair of a contested resource may go on; nil when it need not wait.
    func waitsUntil(_ resource: ResourceID, at now: Int64) -> Int64? {
        guard let until = records[resource]?.waitsUntil, until > now else { return nil }
        return until
    }

    /// Resources whose repair waits, and why.
    func contested(at now: Int64) -> [ResourceID: String] {
        records.filter { ($0.value.waitsUntil ?? 0) > now }.mapValues(\.reason)
    }

    /// The earliest time at which a wait ends.
    func earliestEnd(after now: Int64) -> Int64? {
        records.values.compactMap(\.waitsUntil).filter { $0 > now }.min()
    }

    /// Forgets resources that stayed quiet for the longest wait; at the bound those with the oldest repair go first.
    private mutating func forgetQuiet(at now: Int64) {
        guard records.count >= limit else { return }
        records = records.filter { $0.value.lastRepair > now - delayMaximum }
        while records.count >= limit,
            let oldest = records.min(by: { $0.value.lastRepair < $1.value.lastRepair })
        {
            records[oldest.key] = nil
        }
    }
}
