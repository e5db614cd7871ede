internal import CCurl
internal import Glibc
internal import Synchronization

/// Sends HTTP requests over libcurl, all of them on one thread that it owns.
///
/// Connections are kept and reused. At most `Limits.activeMaximum` transfers run at once, streams included; up to
/// `Limits.waitingMaximum` more wait in order, and beyond that a request fails with `overloaded`. The first
/// request loads libcurl and starts the thread. Letting go of the transport ends it; `shutdown()` also waits for it.
public final class Transport: Sendable {
    /// How much a transport does at once.
    public struct Limits: Sendable {
        /// Transfers that run at the same time, streams included.
        public var activeMaximum: Int
        /// Requests that wait for a place.
        public var waitingMaximum: Int
        /// Connections kept open for reuse.
        public var idleConnectionMaximum: Int

        /// Makes limits; the defaults suit a daemon on one host.
        public init(activeMaximum: Int = 64, waitingMaximum: Int = 1024, idleConnectionMaximum: Int = 16) {
            self.activeMaximum = activeMaximum
            self.waitingMaximum = waitingMaximum
            self.idleConnectionMaximum = idleConnectionMaximum
        }
    }

    private enum Thread {
        case notStarted
        case started(pthread_t)
        case ended
    }

    private let mailbox: Mailbox
    private let limits: Limits
    private let userAgent: String
    private let lastID = Atomic<UInt64>(0)
    private let thread = Mutex(Thread.notStarted)

    /// Makes a transport; fails with `resources` where no more files can be open.
    public init(limits: Limits = Limits(), userAgent: String = "aetheredge") throws(TransportError) {
        mailbox = try Mailbox(startMaximum: limits.activeMaximum + limits.waitingMaximum)
        self.limits = limits
        self.userAgent = userAgent
    }

    deinit {
        mailbox.stop()
        if case .started(let thread) = end() { pthread_detach(thread) }
    }

    /// Sends a request and returns the whole answer, whatever its status.
    ///
    /// Cancelling the calling task closes the connection and throws `cancelled`. Throws `resources` where there is no
    /// libcurl, or no thread.
    public func send(_ request: Request) async throws(TransportError) -> Response {
        try request.validate()
        try begin()
        let id = nextID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                hand(in: order(id, request, .whole(answer)))
            }
        } onCancel: {
            mailbox.send(.cancel(id))
        }
        return try result.get()
    }

    /// Sends a request and returns as soon as the head of the answer is there; the body is read as it arrives.
    ///
    /// `request.timeout` ends with the head; `request.idleTimeout` goes on, except while the reader is behind. At most
    /// `bufferSize` bytes are held for the reader, then the server has to wait.
    public func stream(
        _ request: Request, bufferSize: Int = 256 << 10
    ) async throws(TransportError) -> StreamingResponse {
        try request.validate()
        try begin()
        let id = nextID()
        let channel = BodyChannel(id: id, mailbox: mailbox, capacity: bufferSize)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                hand(in: order(id, request, .stream(answer, channel)))
            }
        } onCancel: {
            mailbox.send(.cancel(id))
        }
        return StreamingResponse(head: try result.get(), body: ResponseBody(channel: channel))
    }

    /// Ends every transfer with `shutdown`, refuses new ones, and returns once the thread is gone.
    public func shutdown() async {
        mailbox.stop()
        switch end() {
        case .notStarted: _ = mailbox.end()
        case .started(let thread):
            await mailbox.waitForEnd()
            // The thread has answered everything and is about to return, so joining it does not block.
            pthread_join(thread, nil)
        case .ended: await mailbox.waitForEnd()
        }
    }

    /// Starts the thread, unless it was started or the transport shut down.
    private func begin() throws(TransportError) {
        try thread.withLock { thread throws(TransportError) in
            guard case .notStarted = thread else { return }
            thread = .started(try TransportThread.start(mailbox: mailbox, limits: limits))
        }
    }

    /// No thread is started any more; what there was is returned.
    private func end() -> Thread {
        thread.withLock { thread in
            defer { thread = .ended }
            return thread
        }
    }

    private func nextID() -> TransferID {
        TransferID(value: lastID.add(1, ordering: .relaxed).newValue)
    }

    private func order(_ id: TransferID, _ request: Request, _ recipient: Order.Recipient) -> Order {
        Order(
            id: id, request: request, userAgent: userAgent, deadline: .now + request.timeout, recipient: recipient)
    }

    private func hand(in order: Order) {
        switch mailbox.start(order) {
        case .taken: break
        case .full: order.refuse(order.error(.overloaded, "too many requests wait already; try again later"))
        case .closed: order.refuse(order.error(.shutdown, "the HTTP transport was shut down"))
        }
        // The cancellation handler may have run before the thread knew the transfer.
        if Task.isCancelled { mailbox.send(.cancel(order.id)) }
    }
}
