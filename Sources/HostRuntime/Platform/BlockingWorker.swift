public import LinuxIO

/// Where blocking host calls run.
///
/// Two implementations: `ThreadWorker` on named threads, and `InlineWorker` on the caller for simulations, where
/// everything happens in one order.
public protocol BlockingWorker: Sendable {
    /// Runs a body where it may block and returns what it returns. A task that is cancelled before the body starts
    /// throws `CancellationError`; a body that has started runs to its end.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result

    /// Begins a body beside the caller, who waits for it later. Call it inside `run`.
    func begin<Failure: Error>(_ body: @escaping @Sendable () throws(Failure) -> Void) -> PendingCall<Failure>

    /// Runs a body over all of `0..<count`, in pieces of at most `chunk`, and waits for all. Call it inside `run`: it
    /// blocks.
    func forEachParallel(count: Int, chunk: Int, _ body: @Sendable (Range<Int>) -> Void)
}
