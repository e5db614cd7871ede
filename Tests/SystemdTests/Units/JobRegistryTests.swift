import Testing

@testable import Systemd

@Suite struct JobRegistryTests {
    private static func waiter(_ registry: inout JobRegistry, _ path: String) -> Monitor<JobWait> {
        let waiter = Monitor(JobWait.waiting)
        _ = registry.reserve(waiter)
        registry.expect(path, waiter)
        return waiter
    }

    @Test func `an ended job has its waiters once, and nobody else's`() {
        var registry = JobRegistry()
        let first = Self.waiter(&registry, "/job/1")
        let second = Self.waiter(&registry, "/job/2")
        let merged = Self.waiter(&registry, "/job/1")
        let removed = ["/job/3", "/job/1", "/job/1"].map { registry.removed($0) }
        #expect(removed.map(\.count) == [0, 2, 0] && removed[1][0] === first && removed[1][1] === merged)
        let left = [registry.doubt(), registry.removed("/job/2")]
        #expect(left.map(\.count) == [1, 1] && left[0][0] === second && left[1][0] === second)
    }

    @Test func `a waiter that gives up leaves the other waiter of its job`() {
        var registry = JobRegistry()
        let first = Self.waiter(&registry, "/job/1")
        let second = Self.waiter(&registry, "/job/1")
        registry.forget(first)
        let removed = registry.removed("/job/1")
        #expect(removed.count == 1 && removed[0] === second)
    }

    @Test func `jobs count against the bound until they end, also when nobody waits any more`() {
        var registry = JobRegistry(limit: 3)
        let waiting = Self.waiter(&registry, "/job/1")
        let (asking, other) = (Monitor(JobWait.waiting), Monitor(JobWait.waiting))
        let results = [
            registry.reserve(asking), registry.reserve(other), registry.reserve(Monitor(.waiting)),
        ]
        #expect(results == [true, true, false])
        registry.forget(asking)
        registry.forget(waiting)
        // The answer to a call that was given up comes late.
        registry.expect("/job/2", asking)
        let isFull = !registry.reserve(asking)
        let doubted = registry.doubt()
        #expect(isFull && doubted.isEmpty)
        let third = Monitor(JobWait.waiting)
        let later = [registry.reserve(asking), registry.reserve(third), registry.reserve(waiting)]
        #expect(later == [true, true, false])
        registry.expect("/job/3", third)
        let ended = registry.removed("/job/3")
        let last = registry.reserve(waiting)
        #expect(ended.count == 1 && last)
    }

    @Test func `the end of a connection takes every waiter`() {
        var registry = JobRegistry()
        _ = Self.waiter(&registry, "/job/1")
        _ = Self.waiter(&registry, "/job/2")
        let removed = [registry.removeAll(), registry.removeAll()]
        #expect(removed.map(\.count) == [2, 0])
    }

    @Test(arguments: [JobWait.ended(.done), .disconnected])
    func `a final state stays`(final: JobWait) {
        var state = JobWait.waiting
        state.advance(to: .doubtful)
        #expect(state == .doubtful)
        state.advance(to: .waiting)
        state.advance(to: final)
        for next in [JobWait.waiting, .doubtful, .ended(.failed), .disconnected] { state.advance(to: next) }
        #expect(state == final)
    }

    @Test func `a job beyond the bound is refused before it is asked for`() throws {
        let board = JobBoard()
        let waiters = (0..<200).map { _ in Monitor(JobWait.waiting) }
        for waiter in waiters { try board.reserve(waiter) }
        let error = #expect(throws: SystemdError.self) { try board.reserve(Monitor(.waiting)) }
        #expect(error?.code == .overloaded && error?.isRetriable == true)
        board.forget(waiters[0])
        try board.reserve(waiters[0])
    }
}
