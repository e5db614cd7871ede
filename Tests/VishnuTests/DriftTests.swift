import Model
import TestSupport
import Testing

@testable import Vishnu

@Suite struct DriftTests {
    private let second: Int64 = 1_000_000_000

    private func hint(_ name: String?, at time: Int64 = 0) -> HintBuffer.Hint {
        var actor = DriftActor(unknown: "not seen")
        if let name {
            actor = DriftActor()
            actor.comm = name
        }
        return HintBuffer.Hint(actor: actor, time: WallTime(nanoseconds: time))
    }

    @Test func `the first actor since the last look is kept, unless nobody was known`() {
        var buffer = HintBuffer()
        buffer.note(Plans.id("/a"), hint(nil, at: 1))
        buffer.note(Plans.id("/a"), hint("vi", at: 2))
        buffer.note(Plans.id("/a"), hint("sed", at: 3))
        guard case .resources(let hints) = buffer.take() else {
            Issue.record("hints were dropped")
            return
        }
        #expect(hints[Plans.id("/a")]?.actor.comm == "vi")
        #expect(hints[Plans.id("/a")]?.time == WallTime(nanoseconds: 1))
        #expect(buffer.take() == .resources([:]))
    }

    @Test(.tags(.i7, .i8)) func `above its bound the buffer asks to observe everything`() {
        var buffer = HintBuffer(limit: 2)
        for path in ["/a", "/b", "/c"] { buffer.note(Plans.id(path), hint("vi")) }
        #expect(buffer.take() == .everything)
        buffer.note(Plans.id("/a"), hint("vi"))
        #expect(buffer.take() != .everything)
    }

    private func actor(_ executable: String, pid: Int32 = 1, unit: String? = nil, uid: UInt32 = 0) -> Opponent {
        var actor = DriftActor()
        actor.exe = executable
        actor.pid = pid
        actor.unit = unit
        actor.uid = uid
        return Opponent(actor)
    }

    @Test(.tags(.i10))
    func `five repairs in a minute against one opponent make a fight, and each next one waits longer`() {
        var fights = FightDetector()
        let a = Plans.id("/a")
        for round in 0..<4 {
            let fight = fights.noteRepair(of: a, by: actor("/bin/sed", pid: Int32(round)), at: Int64(round) * second)
            #expect(fight == nil)
        }
        let fight = fights.noteRepair(of: a, by: actor("/bin/sed", pid: 99), at: 4 * second)
        #expect(fight == .oneOpponent)
        #expect(fights.waitsUntil(a, at: 5 * second) == 14 * second)
        #expect(fights.contested(at: 5 * second) == [a: "'/bin/sed' of uid 0 undoes every repair"])
        #expect(fights.waitsUntil(a, at: 14 * second) == nil)
        let goesOn = fights.noteRepair(of: a, by: actor("/bin/sed", pid: 100), at: 15 * second)
        #expect(goesOn == .oneOpponent)
        #expect(fights.waitsUntil(a, at: 16 * second) == 35 * second)
    }

    @Test func `five different authors within a minute are no fight`() {
        var fights = FightDetector()
        let authors = [
            actor("/bin/sed"), actor("/bin/vi"), actor("/bin/sed", uid: 1000), actor("/bin/sed", unit: "cron.service"),
            Opponent(DriftActor(unknown: "not seen")),
        ]
        for (round, author) in authors.enumerated() {
            let fight = fights.noteRepair(of: Plans.id("/a"), by: author, at: Int64(round) * second)
            #expect(fight == nil)
        }
    }

    @Test(.tags(.i10)) func `twenty repairs in a minute are a fight whoever made them necessary`() {
        var fights = FightDetector()
        let a = Plans.id("/a")
        for round in 0..<19 {
            let fight = fights.noteRepair(of: a, by: actor("/bin/\(round)"), at: Int64(round) * second)
            #expect(fight == nil)
        }
        let fight = fights.noteRepair(of: a, by: actor("/bin/last"), at: 19 * second)
        #expect(fight == .many)
        #expect(fights.waitsUntil(a, at: 20 * second) == 29 * second)
        #expect(fights.contested(at: 20 * second)[a]?.hasSuffix("the last time by '/bin/last' of uid 0") == true)
        let goesOn = fights.noteRepair(of: a, by: actor("/bin/another"), at: 30 * second)
        #expect(goesOn == .many)
    }

    @Test(.tags(.i10)) func `authors that are not known count as one`() {
        var fights = FightDetector()
        var last: FightDetector.Fight?
        for round in 0..<5 {
            let unknown = Opponent(DriftActor(unknown: "reason \(round)"))
            last = fights.noteRepair(of: Plans.id("/a"), by: unknown, at: Int64(round) * second)
        }
        #expect(last == .oneOpponent)
    }

    @Test func `repairs that lie apart are no fight`() {
        var fights = FightDetector()
        for round in 0..<40 {
            let fight = fights.noteRepair(of: Plans.id("/a"), by: actor("/bin/sed"), at: Int64(round) * 30 * second)
            #expect(fight == nil)
        }
    }

    @Test(.tags(.i10)) func `a wait never grows beyond its maximum`() {
        var fights = FightDetector()
        var now: Int64 = 0
        for _ in 0..<60 {
            _ = fights.noteRepair(of: Plans.id("/a"), by: actor("/bin/sed"), at: now)
            now = (fights.waitsUntil(Plans.id("/a"), at: now) ?? now) + second
        }
        _ = fights.noteRepair(of: Plans.id("/a"), by: actor("/bin/sed"), at: now)
        #expect((fights.waitsUntil(Plans.id("/a"), at: now) ?? 0) - now <= 600 * second)
    }

    @Test func `a pass answers the requests that the source had handled when it began`() {
        var book = PassBook()
        book.request(1, planHash: nil, by: "0:root")
        book.request(2, planHash: "sha256:ab", by: "1000:ada")
        book.begin(handled: 1)
        #expect(book.planHash == nil)
        book.note(activity: "running run-1", run: "run-1", stepsDone: 1, stepsTotal: 3)
        book.finish(.succeeded, message: nil)
        #expect(book.progress(of: 1)?.isOver == true)
        #expect(book.progress(of: 1)?.run == "run-1")
        #expect(book.progress(of: 2)?.isOver == false)
        book.begin(handled: 2)
        #expect(book.planHash == "sha256:ab")
        #expect(book.requestedBy == "1000:ada")
        book.finish(.planChanged, message: "it changed")
        #expect(book.progress(of: 2)?.result == .planChanged)
        #expect(book.progress(of: 3) == nil)
    }
}
