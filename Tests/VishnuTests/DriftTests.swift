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

    @Test(.tags(.i10)) func `five repairs in a minute make a fight, and each next one waits longer`() {
        var fights = FightDetector()
        let a = Plans.id("/a")
        for round in 0..<4 {
            let startsFight = fights.noteRepair(of: a, at: Int64(round) * second)
            #expect(!startsFight)
        }
        let isFight = fights.noteRepair(of: a, at: 4 * second)
        #expect(isFight)
        #expect(fights.waitsUntil(a, at: 5 * second) == 14 * second)
        #expect(fights.contested(at: 5 * second) == [a])
        #expect(fights.waitsUntil(a, at: 14 * second) == nil)
        let goesOn = fights.noteRepair(of: a, at: 15 * second)
        #expect(goesOn)
        #expect(fights.waitsUntil(a, at: 16 * second) == 35 * second)
    }

    @Test func `repairs that lie apart are no fight`() {
        var fights = FightDetector()
        for round in 0..<20 {
            let startsFight = fights.noteRepair(of: Plans.id("/a"), at: Int64(round) * 30 * second)
            #expect(!startsFight)
        }
    }

    @Test(.tags(.i10)) func `a wait never grows beyond its maximum`() {
        var fights = FightDetector()
        var now: Int64 = 0
        for _ in 0..<60 {
            _ = fights.noteRepair(of: Plans.id("/a"), at: now)
            now = (fights.waitsUntil(Plans.id("/a"), at: now) ?? now) + second
        }
        _ = fights.noteRepair(of: Plans.id("/a"), at: now)
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
