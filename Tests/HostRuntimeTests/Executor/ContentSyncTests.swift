import LinuxIO
import Synchronization
import Testing

@testable import HostRuntime

@Suite struct ContentSyncTests {
    private static let failure = StepStop.failure(RunFailure(.operation, "the disk failed"))

    @Test func `all is synced after it was said to be written, however long the first sync takes`() throws {
        let worker = try ThreadWorker(name: "sync", count: 1)
        defer { worker.stop() }
        let (began, first) = (PendingCall<StepStop>(), PendingCall<StepStop>())
        let syncs = Mutex(0)
        let sync = ContentSync(on: worker) { () throws(StepStop) in
            guard
                syncs.withLock({
                    $0 += 1; return $0
                }) == 1
            else { return }
            began.finish(.success(()))
            try first.wait()
        }
        sync.begin()
        try began.wait()
        let all = sync.finish()
        first.finish(.success(()))
        try all.wait()
        #expect(syncs.withLock { $0 } == 2)
    }

    @Test func `one that was not begun before is synced once`() throws {
        let syncs = Mutex(0)
        let sync = ContentSync(on: InlineWorker()) { () throws(StepStop) in syncs.withLock { $0 += 1 } }
        try sync.finish().wait()
        #expect(syncs.withLock { $0 } == 1)
    }

    @Test func `a failure of the first sync is the failure of all`() throws {
        let syncs = Mutex(0)
        let sync = ContentSync(on: InlineWorker()) { () throws(StepStop) in
            if syncs.withLock({
                $0 += 1; return $0
            }) == 1 {
                throw Self.failure
            }
        }
        sync.begin()
        #expect(throws: StepStop.self) { try sync.finish().wait() }
        #expect(syncs.withLock { $0 } == 1)
    }

    @Test func `whoever abandons it waits until nothing is synced any more`() throws {
        let worker = try ThreadWorker(name: "sync", count: 1)
        defer { worker.stop() }
        let isDone = Mutex(false)
        let sync = ContentSync(on: worker) { () throws(StepStop) in isDone.withLock { $0 = true } }
        sync.abandon()
        #expect(!isDone.withLock { $0 })
        sync.begin()
        sync.abandon()
        #expect(isDone.withLock { $0 })
    }
}
