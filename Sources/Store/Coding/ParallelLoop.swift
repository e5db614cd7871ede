/// Calls a body over all of `0..<count`, in pieces of at most `chunk`.
///
/// It does so on as many threads as the caller has to give, and returns when all of it is done.
public typealias ParallelLoop = (_ count: Int, _ chunk: Int, _ body: @Sendable (Range<Int>) -> Void) -> Void
