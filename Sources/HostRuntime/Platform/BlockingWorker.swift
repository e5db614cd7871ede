/// Where blocking host calls run.
///
/// Two implementations: `ThreadWorker` on named threads, and `InlineWorker` on the caller for simulations, where
/// everything happens in one order.
public protocol BlockingWorker: Sendable {
    /// Runs a body where it may block and returns what it returns. A task that is cancelled before the body starts
    /// throws `CancellationError`; a body that has started runs to its end.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result

    /// Runs a body over all of `0..<count`, in pieces of at most `chunk`, and waits for all. Call it inside `run`: it
    /// blocks.
    func forEachParallel(count: Int, chunk: Int, _ body: @Sendable (Range<Int>) -> Void)
}
