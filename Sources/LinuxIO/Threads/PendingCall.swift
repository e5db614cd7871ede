/// Something that blocks and is being done while its caller does something else.
///
/// Whoever began it waits for it.
public final class PendingCall<Failure: Error>: Sendable {
    private let outcome = Monitor<Result<Void, Failure>?>(nil)

    /// Makes a call that is not done yet.
    public init() {}

    /// Says how the call ended, once.
    public func finish(_ result: Result<Void, Failure>) {
        outcome.change { $0 = result }
    }

    /// Blocks until the call ended, and throws what it threw.
    public func wait() throws(Failure) {
        try outcome.wait { $0 }.get()
    }
}
