/// A value that the first caller makes and every caller gets; callers that come meanwhile wait for it.
actor Once<Value: Sendable> {
    private enum State {
        case notStarted
        case running([CheckedContinuation<Value, any Error>])
        case ended(Result<Value, any Error>)
    }

    private var state = State.notStarted

    func value(_ make: @Sendable () async throws -> Value) async throws -> Value {
        switch state {
        case .ended(let result): return try result.get()
        case .running(let waiters):
            return try await withCheckedThrowingContinuation { state = .running(waiters + [$0]) }
        case .notStarted: break
        }
        state = .running([])
        let result: Result<Value, any Error>
        do {
            result = .success(try await make())
        } catch {
            result = .failure(error)
        }
        if case .running(let waiters) = state { waiters.forEach { $0.resume(with: result) } }
        state = .ended(result)
        return try result.get()
    }
}
