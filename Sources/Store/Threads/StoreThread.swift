import LinuxIO

/// Where the asynchronous operations of a store block: on its own thread, or inline under simulation.
enum StoreThread: Sendable {
    /// A named thread, so that no thread of the cooperative pool waits for a disk; callers that may block do not need
    /// it.
    case worker(WorkerThread)
    /// The caller's thread: a simulation runs everything on one executor, and a store in memory never waits.
    case inline

    /// Runs a blocking body and returns what it returns.
    func run<Result: Sendable>(_ body: @Sendable @escaping () throws -> Result) async throws -> Result {
        guard case .worker(let thread) = self, !TaskThread.mayBlockHere else { return try body() }
        do {
            return try await thread.run(body)
        } catch let error as LinuxIOError {
            throw StoreError(.unavailable, "the store has too much to do or is stopping; try again", cause: error)
        }
    }
}
