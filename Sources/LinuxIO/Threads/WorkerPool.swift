internal import CLinux
internal import Glibc
internal import Synchronization

/// Named threads that do blocking work from one bounded queue.
///
/// Jobs start in the order in which they were given. A full queue refuses with EAGAIN, a stopped pool with ESHUTDOWN.
public final class WorkerPool: Sendable {
    /// The name of the threads, as `ps -L` shows it (15 bytes at most; a number follows where there are several).
    public let name: String
    private let queue: WorkQueueMonitor
    private let threads: [NamedThread]

    /// Starts the threads.
    public init(
        name: String, count: Int, stackSize: Int = 2 << 20, queueLimit: Int = 1_024
    ) throws(LinuxIOError) {
        precondition(count > 0 && queueLimit > 0, "a pool has threads and room for work")
        self.name = name
        let queue = WorkQueueMonitor(limit: queueLimit)
        self.queue = queue
        var threads: [NamedThread] = []
        for index in 0..<count {
            let threadName = count == 1 ? name : "\(name.prefix(12))-\(index)"
            do throws(LinuxIOError) {
                threads.append(try NamedThread(name: threadName, stackSize: stackSize) { queue.work() })
            } catch {
                queue.close()
                for thread in threads { thread.join() }
                throw error
            }
        }
        self.threads = threads
    }

    deinit {
        // The threads hold the queue, not the pool: they end by themselves, and nobody waits for them here.
        queue.close()
    }

    /// Runs a job on one of the threads and returns what it returns.
    ///
    /// A task that is cancelled before its job starts throws `CancellationError`; a job that has started runs to its
    /// end.
    public func run<Result: Sendable>(
        _ body: @Sendable @escaping () throws -> Result
    ) async throws -> Result {
        let isCancelled = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job = WorkQueueMonitor.Job(
                    perform: {
                        if isCancelled.isSet { return continuation.resume(throwing: CancellationError()) }
                        continuation.resume(with: Swift.Result { try body() })
                    },
                    refuse: { continuation.resume(throwing: $0) })
                if let error = queue.add(job) { continuation.resume(throwing: error) }
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    /// Begins a job on one of the threads, or does it here when the pool has no room for it.
    public func begin<Failure: Error>(
        _ body: @Sendable @escaping () throws(Failure) -> Void
    ) -> PendingCall<Failure> {
        let call = PendingCall<Failure>()
        let perform = { @Sendable in call.finish(Result { () throws(Failure) in try body() }) }
        if queue.add(WorkQueueMonitor.Job(perform: perform, refuse: { _ in perform() })) != nil { perform() }
        return call
    }

    /// Gives a job to the threads and does not wait for it.
    public func enqueue(_ body: @Sendable @escaping () -> Void) throws(LinuxIOError) {
        if let error = queue.add(WorkQueueMonitor.Job(perform: body, refuse: { _ in })) { throw error }
    }

    /// Runs a body over all of `0..<count`, in pieces of at most `chunk`, on this thread and the pool's, and waits for
    /// all.
    ///
    /// It does not deadlock when the pool is busy or the caller is one of its threads: this thread then does the work.
    /// The first error ends the handing out of pieces and is thrown once the running ones are done. Blocks: not for the
    /// cooperative pool.
    public func forEachParallel<Failure: Error>(
        count: Int, chunk: Int = 256, _ body: @Sendable (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        try ParallelPass<Failure>.run(count: count, chunk: chunk, helpers: threads.count, on: queue, body)
    }

    /// Refuses new work, refuses what is still queued with ECANCELED, and waits until the running jobs are done.
    ///
    /// Called from one of the pool's own threads, it does not wait for that one.
    public func stop() {
        queue.close()
        for thread in threads { thread.join() }
    }
}

/// A flag that is set once.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
