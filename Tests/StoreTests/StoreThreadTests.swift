import LinuxIO
import Testing

@testable import Store

@Suite struct StoreThreadTests {
    private static func threadName() throws -> String {
        String(decoding: try readFile("/proc/thread-self/comm", limit: 64), as: UTF8.self)
    }

    @Test func `a body runs on the store's thread, or where it is when that may block`() async throws {
        let worker = try WorkerThread(name: "store-test")
        let thread = StoreThread.worker(worker)
        #expect(try await thread.run { try Self.threadName() } == "store-test\n")
        let name = try await withTaskExecutorPreference(try TaskThread(name: "loop-test")) {
            try await thread.run { try Self.threadName() }
        }
        #expect(name == "loop-test\n")
        worker.stop()
    }

    @Test func `a thread that is stopped refuses as unavailable, and what a body throws stays as it is`() async throws {
        let worker = try WorkerThread(name: "store-test")
        let thread = StoreThread.worker(worker)
        for executor in [nil, try TaskThread(name: "loop-test")] {
            await withTaskExecutorPreference(executor) {
                let error = await #expect(throws: StoreError.self) {
                    try await thread.run { throw StoreError(.notFound, "there is none") }
                }
                #expect(error?.code == .notFound)
            }
        }
        worker.stop()
        let error = await #expect(throws: StoreError.self) { try await thread.run {} }
        #expect(error?.code == .unavailable)
    }
}
