/// The bytes of a streamed body between the transport's thread and the one task that reads them.
///
/// Holds at most `capacity` bytes, or one chunk of libcurl's if that is more. When the next chunk does not fit, the
/// transfer pauses, so that the server is held back by TCP; taking the bytes resumes it.
struct BodyBuffer<Waiter> {
    typealias Outcome = Result<[UInt8]?, TransportError>

    /// What the thread does after it offered a chunk.
    enum OfferAction {
        case none
        case deliver(Waiter, Outcome)
        case pause
        case abort
    }

    /// What the reader does after it asked for bytes.
    enum TakeAction {
        case wait
        case deliver(Outcome)
        case deliverAndResumeTransfer(Outcome)
    }

    let capacity: Int
    private var bytes: [UInt8] = []
    private var isPaused = false
    private var end: Result<Void, TransportError>?
    private var waiter: Waiter?

    init(capacity: Int) {
        precondition(capacity > 0, "a stream needs room for one byte")
        self.capacity = capacity
    }

    mutating func offer(_ chunk: [UInt8]) -> OfferAction {
        guard end == nil else { return .abort }
        guard !chunk.isEmpty else { return .none }
        if let waiter {
            self.waiter = nil
            return .deliver(waiter, .success(chunk))
        }
        guard bytes.isEmpty || bytes.count + chunk.count <= capacity else {
            isPaused = true
            return .pause
        }
        bytes.append(contentsOf: chunk)
        return .none
    }

    /// Ends the stream, if nothing has ended it before; bytes already held are still read, unless it was cancelled.
    mutating func finish(_ result: Result<Void, TransportError>) -> (Waiter, Outcome)? {
        guard end == nil else { return nil }
        end = result
        if case .failure(let error) = result, error.code == .cancelled { bytes = [] }
        guard let waiter else { return nil }
        self.waiter = nil
        return (waiter, result.map { nil })
    }

    mutating func take(_ waiter: Waiter) -> TakeAction {
        precondition(self.waiter == nil, "a streamed body has one reader at a time")
        if !bytes.isEmpty {
            let taken = bytes
            bytes = []
            guard isPaused else { return .deliver(.success(taken)) }
            isPaused = false
            return .deliverAndResumeTransfer(.success(taken))
        }
        if let end { return .deliver(end.map { nil }) }
        self.waiter = waiter
        return .wait
    }
}
