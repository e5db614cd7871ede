import Synchronization
import Testing

@testable import LinuxIO

@Suite struct TaskThreadTests {
    /// Which tasks have run, and how many run now.
    private final class Record: Sendable {
        let seen = Mutex<[Int]>([])
        let running = Atomic<Int>(0)
    }

    private static func threadName() throws -> String {
        String(decoding: try readFile("/proc/thread-self/comm", limit: 64), as: UTF8.self)
    }

    @Test func `a task runs on the thread of that name, comes back to it, and may block nowhere else`() async throws {
        #expect(!TaskThread.mayBlockHere)
        let worker = try WorkerThread(name: "other")
        try await withTaskExecutorPreference(try TaskThread(name: "loop-test")) {
            #expect(TaskThread.mayBlockHere)
            #expect(try Self.threadName() == "loop-test\n")
            let other = try await worker.run { (TaskThread.mayBlockHere, try Self.threadName()) }
            #expect(other == (false, "other\n"))
            await Task.yield()
            #expect(TaskThread.mayBlockHere)
            #expect(try Self.threadName() == "loop-test\n")
        }
        #expect(!TaskThread.mayBlockHere)
        worker.stop()
    }

    @Test func `tasks run in the order in which they were added, one at a time`() async throws {
        let record = Record()
        let thread = try TaskThread(name: "loop-test")
        await withDiscardingTaskGroup { group in
            for index in 0..<200 {
                group.addTask(executorPreference: thread) {
                    let others = record.running.add(1, ordering: .relaxed).oldValue
                    record.seen.withLock { $0.append(index) }
                    record.running.subtract(1, ordering: .relaxed)
                    #expect(others == 0)
                }
            }
        }
        #expect(record.seen.withLock { $0 } == Array(0..<200))
    }

    @Test func `tasks of many threads on one thread need no lock among themselves`() async throws {
        let thread = try TaskThread(name: "loop-test")
        // Safety: only tasks on the one thread reach the count until the group has ended.
        nonisolated(unsafe) var count = 0
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<100 {
                        await withTaskExecutorPreference(thread) { count += 1 }
                    }
                }
            }
        }
        #expect(count == 800)
    }

    @Test func `a thread that only its tasks hold any more runs them to their end`() async throws {
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<100 {
                let thread = try TaskThread(name: "short")
                group.addTask(executorPreference: thread) {
                    await Task.yield()
                    return TaskThread.mayBlockHere ? index : 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 4_950)
    }

    @Test func `a thread ends once nobody holds it`() async throws {
        weak var dropped: TaskThread?
        do {
            let thread = try TaskThread(name: "short")
            dropped = thread
            #expect(await withTaskExecutorPreference(thread) { TaskThread.mayBlockHere })
        }
        #expect(dropped == nil)
    }
}
