import Synchronization

/// Tells interested tasks that something of a sort was committed; what it was, they read.
final class ChangeSignals: Sendable {
    /// What can change.
    enum Topic: Hashable {
        case runs
        case generations
    }

    private struct State {
        var next = 0
        var listeners: [Topic: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    /// A stream that yields at least once after each change; signals that nobody took yet are one.
    func stream(_ topic: Topic) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[topic, default: [:]][state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners[topic]?.removeValue(forKey: number) }
        }
        return stream
    }

    /// Signals a change.
    func send(_ topic: Topic) {
        let listeners = state.withLock { $0.listeners[topic].map { Array($0.values) } ?? [] }
        for listener in listeners { listener.yield() }
    }

    /// Ends every stream.
    func finishAll() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            return state.listeners.values.flatMap(\.values)
        }
        for listener in listeners { listener.finish() }
    }
}
