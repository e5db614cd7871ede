import Glibc
import Synchronization
import Testing

@testable import LinuxIO

@Suite struct WorkerPoolTests {
    @Test func `a thread does its jobs in the order in which they were given`() async throws {
        let thread = try WorkerThread(name: "order")
        let seen = Mutex<[Int]>([])
        for index in 0..<200 { try thread.enqueue { seen.withLock { $0.append(index) } } }
        let last = try await thread.run { seen.withLock { $0 } }
        thread.stop()
        #expect(last == Array(0..<200))
    }

    @Test func `a job runs on a thread of that name, cut to what the kernel takes`() async throws {
        let thread = try WorkerThread(name: "observation-of-files")
        let name = try await thread.run { try readFile("/proc/thread-self/comm", limit: 64) }
        thread.stop()
        #expect(String(decoding: name, as: UTF8.self) == "observation-of-\n")
    }

    @Test func `an error of a job reaches who asked`() async throws {
        let thread = try WorkerThread(name: "error")
        await #expect(throws: LinuxIOError(code: .noEntry, call: "openat", path: "/no/such")) {
            try await thread.run { try readFile("/no/such", limit: 1) }
        }
        thread.stop()
    }

    @Test func `a full queue refuses at once and takes work again when there is room`() async throws {
        let thread = try WorkerThread(name: "full", queueLimit: 2)
        let gate = try Gate()
        let entered = try Gate()
        try thread.enqueue {
            entered.open()
            gate.wait()
        }
        entered.wait()
        try thread.enqueue {}
        try thread.enqueue {}
        #expect(failure { () throws(LinuxIOError) in try thread.enqueue {} }?.code == .again)
        await #expect(throws: LinuxIOError.self) { try await thread.run {} }
        gate.open()
        let answer = try await Self.retry { try await thread.run { 5 } }
        #expect(answer == 5)
        thread.stop()
    }

    @Test func `stopping lets the running job end, refuses the queued ones and any later one`() async throws {
        let thread = try WorkerThread(name: "stop")
        let gate = try Gate()
        let entered = try Gate()
        let hasEnded = Flag()
        try thread.enqueue {
            entered.open()
            gate.wait()
            hasEnded.set()
        }
        entered.wait()
        async let queued: Void = thread.run {}
        let stopper = try WorkerThread(name: "stopper")
        async let stopped: Void = stopper.run { thread.stop() }
        var refusal: LinuxIOError?
        do { try await queued } catch { refusal = error as? LinuxIOError }
        #expect(refusal?.code == .canceled || refusal?.code == .shutDown)
        #expect(!hasEnded.isSet)
        gate.open()
        try await stopped
        #expect(hasEnded.isSet)
        let error = failure { () throws(LinuxIOError) in try thread.enqueue {} }
        #expect(error?.code == .shutDown)
        thread.stop()
        stopper.stop()
    }

    @Test func `a pool that nobody holds any more ends by itself`() async throws {
        let answer: Int
        do {
            let pool = try WorkerPool(name: "short", count: 2)
            answer = try await pool.run { 7 }
        }
        #expect(answer == 7)
    }

    @Test func `a task that is cancelled before its job starts does not run it`() async throws {
        let thread = try WorkerThread(name: "cancel")
        let gate = try Gate()
        let hasRun = Flag()
        try thread.enqueue { gate.wait() }
        let error = await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do {
                    try await thread.run { hasRun.set() }
                    return nil
                } catch {
                    return error
                }
            }
            group.cancelAll()
            gate.open()
            return await group.next() ?? nil
        }
        thread.stop()
        #expect(error is CancellationError)
        #expect(!hasRun.isSet)
    }

    @Test(arguments: [0, 1, 7, 256, 257, 10_000])
    func `a parallel pass visits every index once`(count: Int) throws {
        let pool = try WorkerPool(name: "pass", count: 3)
        let visits = Mutex([Int](repeating: 0, count: count))
        pool.forEachParallel(count: count, chunk: 16) { range in
            visits.withLock { visits in for index in range { visits[index] += 1 } }
        }
        pool.stop()
        #expect(visits.withLock { $0.allSatisfy { $0 == 1 } })
    }

    @Test func `the first error of a parallel pass is thrown and ends it early`() throws {
        let pool = try WorkerPool(name: "pass", count: 2)
        let visited = Atomic<Int>(0)
        let error = failure { () throws(LinuxIOError) in
            try pool.forEachParallel(count: 100_000, chunk: 1) { range throws(LinuxIOError) in
                visited.add(1, ordering: .relaxed)
                if range.lowerBound == 10 { throw LinuxIOError(code: .inputOutput, call: "test") }
            }
        }
        pool.stop()
        #expect(error?.code == .inputOutput)
        #expect(visited.load(ordering: .relaxed) < 100_000)
    }

    @Test func `a parallel pass on a busy, on its own and on a stopped pool is done by the caller`() async throws {
        let pool = try WorkerPool(name: "pass", count: 1)
        let inner = try await pool.run {
            let sum = Atomic<Int>(0)
            pool.forEachParallel(count: 100, chunk: 10) { sum.add($0.count, ordering: .relaxed) }
            return sum.load(ordering: .relaxed)
        }
        #expect(inner == 100)
        pool.stop()
        let sum = Atomic<Int>(0)
        pool.forEachParallel(count: 100, chunk: 10) { sum.add($0.count, ordering: .relaxed) }
        #expect(sum.load(ordering: .relaxed) == 100)
    }

    private static func retry<Result>(_ body: () async throws -> Result) async throws -> Result {
        while true {
            do {
                return try await body()
            } catch let error as LinuxIOError where error.code == .again {
                await Task.yield()
            }
        }
    }
}

/// Lets one thread wait until another opens it.
private final class Gate: Sendable {
    private let event: EventDescriptor

    init() throws { event = try EventDescriptor() }

    func open() { event.signal() }

    func wait() {
        var poll = Poll()
        poll.add(event.rawValue)
        _ = try? poll.wait(timeout: .seconds(30))
    }
}
