import TestSupport
import Testing

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(10))) struct WorkQueueTests {
    private func withQueue(
        limit: Int = 100, _ body: (WorkQueue<String, ManualClock>, ManualClock) async -> Void
    ) async {
        let clock = ManualClock()
        let queue = WorkQueue<String, ManualClock>(
            name: "test", limit: limit, backoff: Backoff(initial: .seconds(1), maximum: .seconds(8)), clock: clock)
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.run() }
            await body(queue, clock)
            queue.shutDown()
        }
    }

    @Test func `a worker that waits gets a key that is added later`() async {
        await withQueue { queue, _ in
            async let key = queue.next()
            queue.add("a")
            #expect(await key == "a")
            queue.finish("a")
        }
    }

    @Test func `a delayed key comes when its time has come and not before`() async {
        await withQueue { queue, clock in
            queue.add("a", after: .seconds(5))
            await clock.sleepers(1)
            clock.advance(by: .seconds(4))
            #expect(queue.depth == 0)
            clock.advance(by: .seconds(1))
            #expect(await queue.next() == "a")
            queue.finish("a")
        }
    }

    @Test func `an earlier deadline is not held up by a later one`() async {
        await withQueue { queue, clock in
            queue.add("late", after: .seconds(50))
            await clock.sleepers(1)
            queue.add("early", after: .seconds(1))
            async let key = queue.next()
            while queue.depth == 0, queue.processing == 0 {
                clock.advance(by: .milliseconds(100))
                await Task.yield()
            }
            #expect(await key == "early")
            queue.finish("early")
        }
    }

    @Test func `a queue that was woken early sleeps again and does not spin`() async {
        await withQueue { queue, clock in
            queue.add("late", after: .seconds(50))
            await clock.sleepers(1)
            queue.add("early", after: .seconds(1))
            while clock.sleepCount < 2 { await Task.yield() }
            for _ in 0..<1000 { await Task.yield() }
            let settled = clock.sleepCount
            for _ in 0..<5000 { await Task.yield() }
            #expect(clock.sleepCount == settled)
        }
    }

    @Test func `the delay doubles with each failure up to the maximum and starts again once forgotten`() async {
        await withQueue { queue, clock in
            var delays: [Duration] = []
            for _ in 0..<5 { delays.append(queue.addAfterFailure("a")) }
            #expect(delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8)])
            queue.forget("a")
            #expect(queue.addAfterFailure("a") == .seconds(1))
        }
    }

    @Test func `a cancelled worker gets nil and the key goes to another`() async {
        await withQueue { queue, _ in
            await withTaskGroup(of: String?.self) { group in
                group.addTask { await queue.next() }
                group.cancelAll()
                #expect(await group.next() == .some(nil))
            }
            queue.add("a")
            #expect(await queue.next() == "a")
            queue.finish("a")
        }
    }

    @Test func `shutting down ends workers that wait`() async {
        await withQueue { queue, _ in
            async let first = queue.next()
            async let second = queue.next()
            queue.shutDown()
            #expect(await first == nil)
            #expect(await second == nil)
            #expect(!queue.add("late"))
        }
    }

    @Test func `many workers share many keys and none is held twice`() async {
        await withQueue(limit: 10_000) { queue, _ in
            for index in 0..<1000 { queue.add("k\(index)") }
            let counts = await withTaskGroup(of: [String].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var mine: [String] = []
                        while queue.depth > 0, let key = await queue.next() {
                            mine.append(key)
                            queue.finish(key)
                            if mine.count == 1000 { break }
                        }
                        return mine
                    }
                }
                queue.add("last")
                var all: [String] = []
                queue.shutDown()
                for await mine in group { all += mine }
                return all
            }
            #expect(Set(counts).count == counts.count)
            #expect(counts.count == 1001)
        }
    }
}
