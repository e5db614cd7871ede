import Glibc

/// Runs blocking work on a thread of its own, so that no test holds a thread of the cooperative pool.
func onOwnThread<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let box = ThreadWork { continuation.resume(with: Swift.Result(catching: work)) }
        var thread = pthread_t()
        // Safety: the thread's first act releases what is retained here, and a thread that was not made runs nothing.
        let context = Unmanaged.passRetained(box).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                // Safety: balances the retain above; each context reaches one thread.
                Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context)
        guard status == 0 else {
            // Safety: no thread took the context over.
            Unmanaged<ThreadWork>.fromOpaque(context).release()
            continuation.resume(throwing: LabError("cannot make a thread", errno: status))
            return
        }
        pthread_detach(thread)
    }
}

private final class ThreadWork: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

/// The text of an errno value.
func errorName(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "errno \(code)" }
    return String(cString: text)
}
