public import LinuxIO

/// Runs bodies on the caller, one after another: for simulations and tests, whose hosts never block.
public struct InlineWorker: BlockingWorker {
    /// Makes a worker.
    public init() {}

    /// Runs a body at once.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        return try body()
    }

    /// Does a body at once.
    public func begin<Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Void
    ) -> PendingCall<Failure> {
        let call = PendingCall<Failure>()
        call.finish(Result { () throws(Failure) in try body() })
        return call
    }

    /// Runs a body over the whole range, in pieces in order.
    public func forEachParallel(count: Int, chunk: Int, _ body: @Sendable (Range<Int>) -> Void) {
        precondition(chunk > 0, "a piece has at least one index")
        var start = 0
        while start < count {
            let end = min(start + chunk, count)
            body(start..<end)
            start = end
        }
    }
}
