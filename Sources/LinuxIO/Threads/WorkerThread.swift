/// One named thread that owns blocking work and does it in the order in which it is given.
public final class WorkerThread: Sendable {
    private let pool: WorkerPool

    /// Starts the thread.
    public init(name: String, stackSize: Int = 2 << 20, queueLimit: Int = 1_024) throws(LinuxIOError) {
        pool = try WorkerPool(name: name, count: 1, stackSize: stackSize, queueLimit: queueLimit)
    }

    /// The name of the thread.
    public var name: String { pool.name }

    /// Runs a job on the thread and returns what it returns; see `WorkerPool.run`.
    public func run<Result: Sendable>(
        _ body: @Sendable @escaping () throws -> Result
    ) async throws -> Result {
        try await pool.run(body)
    }

    /// Gives a job to the thread and does not wait for it.
    public func enqueue(_ body: @Sendable @escaping () -> Void) throws(LinuxIOError) {
        try pool.enqueue(body)
    }

    /// Refuses new work, refuses what is queued with ECANCELED, and waits until the running job is done.
    public func stop() {
        pool.stop()
    }
}
