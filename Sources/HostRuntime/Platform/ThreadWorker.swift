public import LinuxIO

/// Runs blocking calls on named threads of its own.
public final class ThreadWorker: BlockingWorker {
    private let pool: WorkerPool

    /// Starts the threads; one keeps calls in the order in which they were made.
    public init(name: String, count: Int = 1, queueLimit: Int = 1_024) throws(LinuxIOError) {
        pool = try WorkerPool(name: name, count: count, queueLimit: queueLimit)
    }

    /// Runs a body on one of the threads, or here where blocking is allowed.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if TaskThread.mayBlockHere {
            try Task.checkCancellation()
            return try body()
        }
        return try await pool.run(body)
    }

    /// Begins a body on one of the threads.
    public func begin<Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Void
    ) -> PendingCall<Failure> {
        pool.begin(body)
    }

    /// Runs a body over a range on all the threads and the calling one.
    public func forEachParallel(count: Int, chunk: Int, _ body: @Sendable (Range<Int>) -> Void) {
        pool.forEachParallel(count: count, chunk: chunk, body)
    }

    /// Refuses new work and waits until the running calls are done.
    public func stop() { pool.stop() }
}
