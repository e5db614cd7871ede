import LinuxIO
import Synchronization

/// Hands chunks from a thread that may block to a task that may not, with at most a few chunks in between: the writer
/// waits while the reader is behind.
final class ContentPipe: Sendable {
    private enum End: Sendable {
        case open
        case finished
        case failed(any Error)
    }

    private struct State: Sendable {
        var chunks: [[UInt8]] = []
        var end = End.open
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var isAbandoned = false
    }

    private let state = Mutex(State())
    private let space: EventDescriptor
    private let chunksMaximum = 4

    init() throws(LinuxIOError) { space = try EventDescriptor() }

    /// Takes a chunk; blocks while the reader is behind.
    ///
    /// False when nobody reads any more.
    func write(_ chunk: [UInt8]) throws(LinuxIOError) -> Bool {
        while true {
            let (isTaken, isAbandoned, reader) = state.withLock {
                state -> (Bool, Bool, CheckedContinuation<[UInt8]?, any Error>?) in
                if state.isAbandoned { return (false, true, nil) }
                if let reader = state.reader {
                    state.reader = nil
                    return (true, false, reader)
                }
                guard state.chunks.count < chunksMaximum else { return (false, false, nil) }
                state.chunks.append(chunk)
                return (true, false, nil)
            }
            reader?.resume(returning: chunk)
            if isTaken { return true }
            if isAbandoned { return false }
            var poll = Poll()
            poll.add(space.rawValue)
            try poll.wait()
            space.drain()
        }
    }

    /// Says that there is no more, or why.
    func finish(_ error: (any Error)? = nil) {
        let reader = state.withLock { state in
            if case .open = state.end { state.end = error.map { .failed($0) } ?? .finished }
            defer { state.reader = nil }
            return state.reader
        }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
    }

    /// The next chunk; nil at the end.
    func next() async throws -> [UInt8]? {
        let chunk: [UInt8]? = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<[UInt8]?, any Error>? = state.withLock { state in
                    if !state.chunks.isEmpty { return .success(state.chunks.removeFirst()) }
                    if state.isAbandoned { return .failure(CancellationError()) }
                    switch state.end {
                    case .finished: return .success(nil)
                    case .failed(let error): return .failure(error)
                    case .open:
                        state.reader = continuation
                        return nil
                    }
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            abandon()
        }
        space.signal()
        return chunk
    }

    /// Nobody reads any more: the writer stops.
    func abandon() {
        let reader = state.withLock { state in
            state.isAbandoned = true
            state.chunks = []
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(throwing: CancellationError())
        space.signal()
    }
}
