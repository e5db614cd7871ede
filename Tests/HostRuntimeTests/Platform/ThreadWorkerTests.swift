import HostRuntime
import LinuxIO
import Testing

@Suite struct ThreadWorkerTests {
    private static func threadName() throws -> String {
        String(decoding: try readFile("/proc/thread-self/comm", limit: 64), as: UTF8.self)
    }

    @Test func `a body runs on a thread of the worker, or where it is when that may block`() async throws {
        let worker = try ThreadWorker(name: "worker-test")
        #expect(try await worker.run { try Self.threadName() } == "worker-test\n")
        let name = try await withTaskExecutorPreference(try TaskThread(name: "loop-test")) {
            try await worker.run { try Self.threadName() }
        }
        #expect(name == "loop-test\n")
        worker.stop()
    }

    @Test func `a task that was cancelled does not run its body, even where it may block`() async throws {
        let worker = try ThreadWorker(name: "worker-test")
        let thread = try TaskThread(name: "loop-test")
        await withDiscardingTaskGroup { group in
            group.cancelAll()
            for executor in [nil, thread] {
                group.addTask(executorPreference: executor) {
                    await #expect(throws: CancellationError.self) {
                        try await worker.run { _ = Issue.record("the body ran") }
                    }
                }
            }
        }
        worker.stop()
    }
}
