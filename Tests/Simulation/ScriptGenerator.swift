import HostRuntime
import Model

/// Draws scripts from seeds.
///
/// Not every script can have everything happen: what kinds of trouble come is drawn first, so that rare things also
/// meet in quiet company.
package struct ScriptGenerator {
    private var random: Chance
    /// What was thought of later is drawn apart, so that every seed stays the history that it was, but for that.
    private var later: Chance
    private let seed: UInt64
    private var nextText = 1
    private var pieces: [Piece] = []
    /// What may happen in this script.
    private let mayDie: Bool
    private let mayFail: Bool
    private let mayMeet: Bool
    private let mayJump: Bool
    private let mayAsk: Bool
    private let mayPause: Bool

    /// Begins from a seed.
    package init(seed: UInt64) {
        self.seed = seed
        random = Chance(seed: seed)
        later = Chance(seed: ~seed)
        mayDie = random.is(75)
        mayFail = random.is(50)
        mayMeet = random.is(70)
        mayJump = random.is(30)
        mayAsk = random.is(50)
        mayPause = random.is(30)
    }

    /// The script of the seed.
    package mutating func script() -> Script {
        var before: [Act] = []
        for _ in 0..<random.number(0...8) { before.append(act()) }
        var steps: [Step] = [commit(), .pass(events())]
        for _ in 0..<random.number(6...22) { steps += next() }
        return Script(seed: seed, before: before, steps: steps)
    }

    private mutating func next() -> [Step] {
        switch random.number(0...99) {
        case 0..<18: return [commit(), .pass(events())]
        case 18..<28: return [commit()]
        case 28..<52: return drift()
        case 52..<64: return [.pass(events())]
        case 64..<70: return [.repair(events())]
        case 70..<77: return mayAsk ? [.answer(random.is(80)), .pass(events())] : [.pass(events())]
        case 77..<80: return [.rollback, .pass(events())]
        case 80..<85: return mayPause ? pause() : [.wait(seconds: random.number(1...90))]
        case 85..<89: return mayDie ? [.kill(events())] : []
        case 89..<93: return mayDie ? [.cutPower(events())] : []
        case 93..<96: return mayJump ? [.jump(seconds: random.number(-90_000...90_000))] : []
        default: return [.wait(seconds: random.number(1...90))]
        }
    }

    /// Somebody drifts something, and the daemon hears of it, of something else, twice, late or never.
    private mutating func drift() -> [Step] {
        var acts: [Step] = []
        var hints: [Step] = []
        for _ in 0..<random.number(1...3) {
            let act = act()
            acts.append(.outside(act))
            for _ in 0..<[0, 1, 1, 1, 2][random.number(0...4)] { hints.append(.hint(hint(of: act))) }
        }
        if random.is(15) { hints.append(.hint(hint(of: act(), countsText: false))) }
        switch random.number(0...9) {
        case 0..<6: return acts + hints + [.repair(events())]
        case 6..<8: return acts + [.repair(events())] + hints
        default: return acts + [.pass(events())]
        }
    }

    private mutating func hint(of act: Act, countsText: Bool = true) -> String {
        if !countsText { nextText -= 1 }
        guard let path = act.path else { return "unit:" + random.one(of: Universe.units) }
        return pieces.first { $0.name == path }.map { $0.id.description } ?? "file:" + path
    }

    private mutating func pause() -> [Step] {
        let scope: Scope
        switch random.number(0...3) {
        case 0, 1: scope = .everything
        case 2: scope = .blueprint(random.one(of: BlueprintMode.allCases))
        default: scope = .resource(pieces.isEmpty ? "file:/srv/a" : random.one(of: pieces).id.description)
        }
        return random.is(60) ? [.pause(scope)] : [.resume(scope), .pass(events())]
    }

    private mutating func act() -> Act {
        nextText += 1
        let file = random.is(85) ? random.one(of: Universe.files) : random.one(of: Universe.directories)
        let any = random.one(of: Universe.paths)
        switch random.number(0...99) {
        case 0..<30: return .write(file, nextText)
        case 30..<44: return .replace(file, nextText)
        case 44..<60: return .remove(any)
        case 60..<66: return .makeDirectory(random.is(80) ? random.one(of: Universe.directories) : any)
        case 66..<72: return .link(any, to: random.one(of: ["/srv/elsewhere", "/srv/t", "nowhere"]))
        case 72..<82: return .setMode(any, random.one(of: [0o600, 0o644, 0o755, 0o777]))
        case 82..<86: return .setOwner(any, random.one(of: [0, 1, 33]))
        case 86..<90: return .start(random.one(of: Universe.units))
        case 90..<96: return .stop(random.one(of: Universe.units))
        case 96..<98: return .fail(random.one(of: Universe.units))
        default: return .disable(random.one(of: Universe.units))
        }
    }

    /// What comes in between while the daemon works.
    private mutating func events() -> [Event] {
        var events: [Event] = []
        let reach = random.one(of: [12, 40, 120, 300])
        if mayMeet {
            while random.is(30) { events.append(Event(random.number(1...reach), .outside(act()))) }
        }
        if mayFail {
            while random.is(25) {
                let failure = random.one(of: Failure.allCases)
                let what: Event.What =
                    random.is(20)
                    ? .failAfter(failure) : .fail(failure, times: random.is(70) ? 1 : random.number(2...40))
                events.append(Event(random.number(1...reach), what))
            }
            if random.is(8) { events.append(Event(random.number(1...reach), .slow(seconds: random.number(1...300)))) }
        }
        if mayJump, random.is(10) {
            events.append(Event(random.number(1...reach), .jump(seconds: random.number(-5_000...5_000))))
        }
        if mayDie {
            while random.is(28) { events.append(Event(random.number(1...reach), death())) }
        }
        if random.is(5) { events.append(Event(random.number(1...reach), .hint(hint(of: act(), countsText: false)))) }
        if mayFail, later.is(12) {
            let what: Event.What = later.is(25) ? .failAuditAfter : .failAudit(times: later.number(1...3))
            events.append(Event(later.number(1...reach), what))
        }
        return events.sorted { $0.at < $1.at }
    }

    private mutating func death() -> Event.What {
        switch random.number(0...9) {
        case 0..<2: .kill
        case 2..<4: .killInside(random.number(1...3))
        case 4..<7: .cutPower
        case 7..<9: .cutPowerInside(random.number(1...3))
        default: .interrupt
        }
    }
}

extension ScriptGenerator {
    /// What is declared next: a little of it is other than before.
    private mutating func commit() -> Step {
        while true {
            var next = pieces
            let isFresh = next.isEmpty || random.is(10)
            if isFresh { next = [] }
            for _ in 0..<(isFresh ? random.number(2...8) : random.number(1...3)) { change(&next) }
            if random.is(2) { next = [] }
            guard (try? ResourceGraph(next.map(\.declaration))) != nil else { continue }
            pieces = next
            return .commit(next)
        }
    }

    private mutating func change(_ next: inout [Piece]) {
        if random.is(20), !next.isEmpty {
            next.remove(at: random.number(0...(next.count - 1)))
            return
        }
        let made = piece()
        next.removeAll { $0.name == made.name }
        next.append(made)
    }

    private mutating func piece() -> Piece {
        var piece: Piece
        switch random.number(0...99) {
        case 0..<55:
            piece = Piece(.file, random.is(94) ? random.one(of: Universe.files) : random.one(of: Universe.directories))
            piece.isAbsent = random.is(12)
            if !piece.isAbsent, random.is(93) { piece.text = random.number(0...9) }
        case 55..<75:
            piece = Piece(.directory, random.is(96) ? random.one(of: Universe.directories) : "/srv/a")
            piece.isAbsent = random.is(8)
            piece.purges = random.is(25)
        case 75..<84:
            piece = Piece(.symlink, random.one(of: Universe.files), text: random.number(0...3))
            piece.isAbsent = random.is(15)
        default:
            piece = Piece(.unit, random.one(of: Universe.units))
            piece.isActive = random.is(70) ? random.is(75) : nil
            piece.isEnabled = random.is(50) ? random.is(70) : nil
            if random.is(35) { piece.text = random.number(0...3) }
        }
        if !piece.isAbsent, piece.type == .file || piece.type == .directory {
            if random.is(30) { piece.mode = random.one(of: [0o600, 0o640, 0o644, 0o755]) }
            if random.is(10) { piece.owner = "www-data" }
        }
        if mayAsk { piece.blueprint = random.one(of: [.enforce, .enforce, .enforce, .propose, .propose, .observe]) }
        if random.is(10) { piece.onDrift = random.one(of: [.report, .ignore]) }
        piece.isProtected = random.is(3)
        piece.prune = random.is(50)
        piece.failsProbe = random.is(2)
        return piece
    }
}

/// What a script is drawn with; its numbers are others than those that the simulated host draws from the same seed.
struct Chance {
    private var random: SimulatedRandom

    init(seed: UInt64) { random = SimulatedRandom(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 0x6a09_e667_f3bc_c909) }

    mutating func `is`(_ percent: Int) -> Bool { number(0...99) < percent }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func one<Value>(of values: [Value]) -> Value { values[number(0...(values.count - 1))] }
}
