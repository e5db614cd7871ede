import Model

/// Notices that somebody undoes every repair of a resource, and makes the next repair wait longer each time instead
/// of fighting (I10).
///
/// Pure; times are boot-time nanoseconds.
struct FightDetector: Sendable {
    /// Repairs within `window` that make a fight.
    let rounds: Int
    /// The window in nanoseconds.
    let window: Int64
    /// How the waiting grows.
    let delayInitial: Int64
    let delayMaximum: Int64

    private struct Record: Sendable {
        var repairs: [Int64] = []
        var fights = 0
        var waitsUntil: Int64?
    }

    private var records: [ResourceID: Record] = [:]
    private let limit = 10_000

    /// The defaults: five repairs in a minute make a fight; the next repair waits ten seconds, then twice as long, up
    /// to ten minutes.
    init(
        rounds: Int = 5, window: Int64 = 60_000_000_000, delayInitial: Int64 = 10_000_000_000,
        delayMaximum: Int64 = 600_000_000_000
    ) {
        self.rounds = rounds
        self.window = window
        self.delayInitial = delayInitial
        self.delayMaximum = delayMaximum
    }

    /// Notes a repair; true when it was the one that made a fight.
    mutating func noteRepair(of resource: ResourceID, at now: Int64) -> Bool {
        forgetQuiet(at: now)
        var record = records[resource] ?? Record()
        record.repairs.removeAll { $0 <= now - window }
        record.repairs.append(now)
        let startsFight = record.repairs.count >= rounds
        if startsFight {
            var delay = delayInitial
            for _ in 0..<min(record.fights, 32) where delay < delayMaximum { delay = min(delay * 2, delayMaximum) }
            record.fights += 1
            record.waitsUntil = now + delay
            // One repair after the wait is a round of its own: another drift within the window goes on with the fight.
            record.repairs = Array(repeating: now + delay, count: rounds - 1)
        }
        records[resource] = record
        return startsFight
    }

    /// When the repair of a contested resource may go on; nil when it need not wait.
    func waitsUntil(_ resource: ResourceID, at now: Int64) -> Int64? {
        guard let until = records[resource]?.waitsUntil, until > now else { return nil }
        return until
    }

    /// Resources whose repair waits.
    func contested(at now: Int64) -> Set<ResourceID> {
        Set(records.filter { ($0.value.waitsUntil ?? 0) > now }.keys)
    }

    /// The earliest time at which a wait ends.
    func earliestEnd(after now: Int64) -> Int64? {
        records.values.compactMap(\.waitsUntil).filter { $0 > now }.min()
    }

    /// Forgets resources that stayed quiet for the longest wait; at the bound those with the oldest repair go first.
    private mutating func forgetQuiet(at now: Int64) {
        guard records.count >= limit else { return }
        records = records.filter { ($0.value.repairs.last ?? 0) > now - delayMaximum }
        while records.count >= limit,
            let oldest = records.min(by: { ($0.value.repairs.last ?? 0) < ($1.value.repairs.last ?? 0) })
        {
            records[oldest.key] = nil
        }
    }
}
