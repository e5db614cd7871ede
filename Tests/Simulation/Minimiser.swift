/// Makes a script that fails as small as it gets while it fails in the same way.
package struct Minimiser {
    private let bug: PlantedBug?
    private let invariant: String
    private var best: Script
    private var triesLeft: Int

    /// Begins with a script that violates an invariant; so many other scripts are tried at most.
    package init(_ script: Script, invariant: String, bug: PlantedBug? = nil, tries: Int = 2_000) {
        best = script
        self.invariant = invariant
        self.bug = bug
        triesLeft = tries
    }

    /// The smallest script that was found.
    package mutating func minimised() async throws -> Script {
        var size = 0
        repeat {
            size = best.size
            try await dropSteps()
            try await dropEvents()
            try await dropPieces()
            try await dropActs()
        } while best.size < size && triesLeft > 0
        return best
    }

    private mutating func take(_ candidate: Script) async throws -> Bool {
        guard triesLeft > 0 else { return false }
        triesLeft -= 1
        guard try await World.play(candidate, bug: bug).violation?.invariant == invariant else { return false }
        best = candidate
        return true
    }

    /// Drops ever smaller pieces of the history.
    private mutating func dropSteps() async throws {
        var length = best.steps.count / 2
        while length > 0 {
            var start = best.steps.count - length
            while start >= 0 {
                var candidate = best
                candidate.steps.removeSubrange(start..<min(start + length, candidate.steps.count))
                _ = try await take(candidate)
                start = min(start - length, best.steps.count - length)
            }
            length /= 2
        }
    }

    private mutating func dropEvents() async throws {
        for step in best.steps.indices.reversed() {
            for event in (best.steps[step].events ?? []).indices.reversed() {
                var candidate = best
                candidate.steps[step].events?.remove(at: event)
                _ = try await take(candidate)
            }
        }
    }

    private mutating func dropPieces() async throws {
        for step in best.steps.indices {
            guard case .commit(let pieces) = best.steps[step] else { continue }
            for piece in pieces.indices.reversed() {
                guard case .commit(var left) = best.steps[step], left.indices.contains(piece) else { continue }
                left.remove(at: piece)
                var candidate = best
                candidate.steps[step] = .commit(left)
                if try await take(candidate) { continue }
                guard case .commit(var simpler) = best.steps[step] else { continue }
                simpler[piece] = simpler[piece].simplified
                guard simpler[piece] != pieces[piece] else { continue }
                candidate.steps[step] = .commit(simpler)
                _ = try await take(candidate)
            }
        }
    }

    private mutating func dropActs() async throws {
        for act in best.before.indices.reversed() {
            var candidate = best
            candidate.before.remove(at: act)
            _ = try await take(candidate)
        }
    }
}

extension Script {
    /// How much is in it.
    var size: Int {
        before.count
            + steps.reduce(0) { sum, step in
                if case .commit(let pieces) = step { return sum + 1 + pieces.count }
                return sum + 1 + (step.events?.count ?? 0)
            }
    }
}

extension Step {
    /// What comes in between; nil for steps in which nothing can.
    var events: [Event]? {
        get {
            switch self {
            case .pass(let events), .repair(let events), .kill(let events), .cutPower(let events): events
            default: nil
            }
        }
        set {
            let events = newValue ?? []
            switch self {
            case .pass: self = .pass(events)
            case .repair: self = .repair(events)
            case .kill: self = .kill(events)
            case .cutPower: self = .cutPower(events)
            default: break
            }
        }
    }
}

extension Piece {
    /// The same with nothing but what it must have.
    fileprivate var simplified: Piece {
        Piece(
            type, name, text: text, isAbsent: isAbsent, isActive: isActive, isEnabled: isEnabled, restartOn: restartOn,
            blueprint: blueprint)
    }
}
