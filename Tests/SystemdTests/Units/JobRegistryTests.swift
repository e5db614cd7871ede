import Testing

@testable import Systemd

@Suite struct JobRegistryTests {
    @Test func `an ended job has its waiter once, and nobody else's`() {
        var registry = JobRegistry()
        let (first, second) = (Monitor(JobWait.waiting), Monitor(JobWait.waiting))
        registry.expect("/job/1", first)
        registry.expect("/job/2", second)
        let removed = [registry.removed("/job/3"), registry.removed("/job/1"), registry.removed("/job/1")]
        #expect(removed[0] == nil && removed[1] === first && removed[2] == nil)
        #expect(registry.all.count == 1 && registry.all.first === second)
        registry.forget("/job/2")
        #expect(registry.all.isEmpty)
    }

    @Test func `the end of a connection takes every waiter`() {
        var registry = JobRegistry()
        registry.expect("/job/1", Monitor(.waiting))
        registry.expect("/job/2", Monitor(.waiting))
        #expect(registry.removeAll().count == 2)
        #expect(registry.all.isEmpty)
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
}
