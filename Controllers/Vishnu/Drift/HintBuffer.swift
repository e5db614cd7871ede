import Model

/// Hints that came since the last look, one for each resource: what to observe, and who may have caused a difference.
///
/// Hints are not truth (I7): above the bound all of them are dropped and everything is observed instead.
struct HintBuffer: Sendable {
    /// Who touched a resource, and when it was noticed.
    struct Hint: Sendable, Hashable {
        var actor: DriftActor
        var time: WallTime
        /// Whether the drift was held back: for a person, a pause or a contested resource.
        var wasHeld = false
    }

    /// What was noted.
    enum Batch: Sendable, Hashable {
        case resources([ResourceID: Hint])
        /// The bound was reached: observe everything.
        case everything
    }

    private let limit: Int
    private var hints: [ResourceID: Hint] = [:]
    private var isOverflown = false

    init(limit: Int = 16_384) { self.limit = limit }

    /// Notes a hint; the first actor since the last look is kept unless it was unknown.
    mutating func note(_ resource: ResourceID, _ hint: Hint) {
        guard !isOverflown else { return }
        if let earlier = hints[resource], earlier.actor.unknown == nil { return }
        guard hints.count < limit || hints[resource] != nil else {
            hints = [:]
            isOverflown = true
            return
        }
        hints[resource] = Hint(actor: hint.actor, time: hints[resource]?.time ?? hint.time, wasHeld: hint.wasHeld)
    }

    /// Takes what was noted of these resources.
    mutating func take(_ resources: [ResourceID]) -> [ResourceID: Hint] {
        var taken: [ResourceID: Hint] = [:]
        for resource in resources { taken[resource] = hints.removeValue(forKey: resource) }
        return taken
    }

    /// Takes what was noted.
    mutating func take() -> Batch {
        defer {
            hints = [:]
            isOverflown = false
        }
        return isOverflown ? .everything : .resources(hints)
    }
}
