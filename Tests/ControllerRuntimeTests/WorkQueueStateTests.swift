import TestSupport
import Testing

@testable import ControllerRuntime

@Suite struct WorkQueueStateTests {
    private typealias State = WorkQueueState<String, Int>

    private func key(_ answer: NextKey<String>) -> String? {
        if case .key(let key) = answer { key } else { nil }
    }

    @Test func `keys come out in the order in which they were added`() {
        var state = State(limit: 10)
        for key in ["a", "b", "c"] { _ = state.add(key) }
        #expect(key(state.next(waiter: 1)) == "a")
        #expect(key(state.next(waiter: 2)) == "b")
        #expect(key(state.next(waiter: 3)) == "c")
        #expect(state.next(waiter: 4) == .wait)
    }

    @Test func `a key that is queued is not queued again`() {
        var state = State(limit: 10)
        #expect(state.add("a").0 == .accepted)
        #expect(state.add("a").0 == .duplicate)
        #expect(state.depth == 1)
    }

    @Test func `a key added while it is processed comes again once it is done and never twice at once`() {
        var state = State(limit: 10)
        _ = state.add("a")
        #expect(key(state.next(waiter: 1)) == "a")
        #expect(state.add("a").0 == .accepted)
        #expect(state.add("a").0 == .duplicate)
        #expect(state.next(waiter: 2) == .wait)
        let effects = state.finish("a")
        #expect(effects.handovers.map(\.waiter) == [2])
        #expect(effects.handovers.map(\.key) == ["a"])
        #expect(state.finish("a").handovers.isEmpty)
        #expect(state.depth == 0)
    }

    @Test func `a waiting worker is handed the next key`() {
        var state = State(limit: 10)
        #expect(state.next(waiter: 7) == .wait)
        let (_, effects) = state.add("a")
        #expect(effects.handovers.map(\.waiter) == [7])
        #expect(state.processingCount == 1)
    }

    @Test func `a worker that gave up is handed nothing`() {
        var state = State(limit: 10)
        #expect(state.next(waiter: 7) == .wait)
        let isCancelled = state.cancel(waiter: 7)
        #expect(isCancelled)
        #expect(state.add("a").1.handovers.isEmpty)
        #expect(state.depth == 1)
        let isCancelledAgain = state.cancel(waiter: 7)
        #expect(!isCancelledAgain)
    }

    @Test func `of several delays of a key the one that ends first counts`() {
        var state = State(limit: 10)
        #expect(state.add("a", at: 20).1.wakesTimer)
        #expect(state.add("a", at: 30).0 == .duplicate)
        #expect(state.add("a", at: 10).1.wakesTimer)
        #expect(state.earliestDeadline == 10)
        _ = state.release(upTo: 9)
        #expect(state.depth == 0)
        _ = state.release(upTo: 10)
        #expect(state.depth == 1)
        #expect(state.earliestDeadline == nil)
    }

    @Test func `delayed keys are released in the order of their times`() {
        var state = State(limit: 10)
        _ = state.add("late", at: 3)
        _ = state.add("early", at: 1)
        _ = state.add("middle", at: 2)
        _ = state.release(upTo: 3)
        #expect(key(state.next(waiter: 1)) == "early")
        #expect(key(state.next(waiter: 2)) == "middle")
        #expect(key(state.next(waiter: 3)) == "late")
    }

    @Test func `adding a delayed key now takes it at once and only once`() {
        var state = State(limit: 10)
        _ = state.add("a", at: 50)
        #expect(state.add("a").0 == .accepted)
        #expect(state.delayedCount == 0)
        #expect(key(state.next(waiter: 1)) == "a")
        _ = state.release(upTo: 50)
        #expect(state.depth == 0)
    }

    @Test func `a delayed key that is due while it is processed comes again once it is done`() {
        var state = State(limit: 10)
        _ = state.add("a")
        _ = state.next(waiter: 1)
        _ = state.add("a", at: 5)
        _ = state.release(upTo: 5)
        #expect(state.next(waiter: 2) == .wait)
        #expect(state.finish("a").handovers.map(\.key) == ["a"])
    }

    @Test(.tags(.i8)) func `at its bound the queue refuses new keys and keeps those it has`() {
        var state = State(limit: 2)
        #expect(state.add("a").0 == .accepted)
        #expect(state.add("b", at: 5).0 == .accepted)
        #expect(state.add("c").0 == .refused)
        #expect(state.add("c", at: 1).0 == .refused)
        #expect(state.add("b").0 == .accepted)
        #expect(key(state.next(waiter: 1)) == "a")
        #expect(state.add("c").0 == .accepted)
    }

    @Test func `shutting down ends waiters, hands out what is queued and drops what is delayed`() {
        var state = State(limit: 10)
        #expect(state.next(waiter: 1) == .wait)
        #expect(state.shutDown().ended == [1])
        #expect(state.add("late").0 == .refused)

        var full = State(limit: 10)
        _ = full.add("a")
        _ = full.add("b", at: 9)
        #expect(full.shutDown().ended.isEmpty)
        #expect(key(full.next(waiter: 1)) == "a")
        #expect(full.next(waiter: 2) == .ended)
        #expect(full.delayedCount == 0)
    }

    @Test func `failures are counted for each key and forgotten on success`() {
        var state = State(limit: 10)
        #expect(state.countFailure("a") == 0)
        #expect(state.countFailure("a") == 1)
        #expect(state.countFailure("b") == 0)
        state.forget("a")
        #expect(state.failureCount("a") == 0)
        #expect(state.failureCount("b") == 1)
    }

    @Test func `no key is lost or held twice under random use`() {
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            var state = State(limit: 1000)
            var held: Set<String> = []
            var added: Set<String> = []
            var taken: Set<String> = []
            var now = 0
            for _ in 0..<300 {
                let name = "k\(Int.random(in: 0..<8, using: &random))"
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    _ = state.add(name)
                    added.insert(name)
                case 1:
                    _ = state.add(name, at: now + Int.random(in: 1..<5, using: &random))
                    added.insert(name)
                case 2:
                    if case .key(let key) = state.next(waiter: 0) {
                        let isFirst = held.insert(key).inserted
                        #expect(isFirst, "seed \(seed): '\(key)' was handed out twice")
                        taken.insert(key)
                    } else {
                        _ = state.cancel(waiter: 0)
                    }
                default:
                    if let key = held.sorted().randomElement(using: &random) {
                        held.remove(key)
                        _ = state.finish(key)
                    }
                    now += 1
                    _ = state.release(upTo: now)
                }
            }
            for key in held.sorted() { _ = state.finish(key) }
            _ = state.release(upTo: Int.max)
            while state.depth > 0, case .key(let key) = state.next(waiter: 0) {
                taken.insert(key)
                _ = state.finish(key)
            }
            #expect(taken == added, "seed \(seed): a key was lost")
        }
    }
}
