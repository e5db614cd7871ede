internal import Synchronization

/// Carries a streamed body from the transport's thread to its reader, and the reader's withdrawal back.
final class BodyChannel: Sendable {
    typealias Waiter = CheckedContinuation<Result<[UInt8]?, TransportError>, Never>

    /// What a chunk that was offered met.
    enum Reception {
        case taken, full, abandoned
    }

    private let id: TransferID
    private let mailbox: Mailbox
    private let buffer: Mutex<BodyBuffer<Waiter>>

    init(id: TransferID, mailbox: Mailbox, capacity: Int) {
        self.id = id
        self.mailbox = mailbox
        buffer = Mutex(BodyBuffer(capacity: capacity))
    }

    func offer(_ chunk: [UInt8]) -> Reception {
        switch buffer.withLock({ $0.offer(chunk) }) {
        case .none: return .taken
        case .deliver(let waiter, let outcome):
            waiter.resume(returning: outcome)
            return .taken
        case .pause: return .full
        case .abort: return .abandoned
        }
    }

    func finish(_ result: Result<Void, TransportError>) {
        guard let (waiter, outcome) = buffer.withLock({ $0.finish(result) }) else { return }
        waiter.resume(returning: outcome)
    }

    func next() async throws(TransportError) -> [UInt8]? {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                switch buffer.withLock({ $0.take(waiter) }) {
                case .wait: break
                case .deliver(let outcome): waiter.resume(returning: outcome)
                case .deliverAndResumeTransfer(let outcome):
                    mailbox.send(.resume(id))
                    waiter.resume(returning: outcome)
                }
            }
        } onCancel: {
            mailbox.send(.cancel(id))
        }
        return try outcome.get()
    }

    /// Closes the transfer if it still runs.
    func cancel() {
        mailbox.send(.cancel(id))
    }
}
