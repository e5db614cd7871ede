internal import CCurl
internal import Glibc

/// One running transfer: a libcurl easy handle and what its callbacks gathered.
///
/// Made, used and closed on the transport's thread only.
final class Transfer {
    let order: Order
    // Safety: the handle and the buffer are made in init, freed in close(), and never leave the transport's thread.
    let easy: UnsafeMutableRawPointer
    let errorText: UnsafeMutablePointer<CChar>
    var headerList: UnsafeMutablePointer<curl_slist>?
    /// Holds the directory of a Unix socket whose path is too long for a socket address; -1 for none.
    var socketDirectory: Int32 = -1
    private var isClosed = false

    private var parser: HeadParser
    private var head: ResponseHead?
    private var body: [UInt8] = []
    private var failure: TransportError?
    private var isPaused = false
    private var lastActivity: ContinuousClock.Instant
    private var uploadedSize: Int64 = 0

    static let headSizeMaximum = 256 << 10

    init(_ order: Order) throws(TransportError) {
        guard let easy = ccurl_easy_init() else { throw order.error(.resources, "libcurl has no memory for a handle") }
        self.order = order
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        parser = HeadParser(followsRedirects: order.request.followsRedirects, sizeMaximum: Self.headSizeMaximum)
        lastActivity = .now
        do {
            try configure()
        } catch {
            close()
            throw error
        }
    }

    deinit {
        precondition(isClosed, "a transfer was dropped with its handle open")
    }

    /// Frees the handle; the multi handle must have let go of it.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        ccurl_easy_cleanup(easy)
        ccurl_slist_free_all(headerList)
        errorText.deallocate()
        if socketDirectory >= 0 { Glibc.close(socketDirectory) }
    }

    // MARK: - Deadlines

    /// When something must be checked next; `nil` when the transfer may take for ever.
    var nextDeadline: ContinuousClock.Instant? {
        let total = isHeadDelivered ? nil : order.deadline
        guard let idleTimeout = order.request.idleTimeout, !isPaused else { return total }
        let idle = lastActivity + idleTimeout
        return total.map { min($0, idle) } ?? idle
    }

    /// The error of a deadline that has passed.
    func expiry(at now: ContinuousClock.Instant) -> TransportError? {
        if !isHeadDelivered, now >= order.deadline {
            return order.error(.timeout, "no whole answer within \(order.request.timeout)")
        }
        guard let idleTimeout = order.request.idleTimeout, !isPaused, now >= lastActivity + idleTimeout else {
            return nil
        }
        let uploaded = readOffset(CURLINFO_SIZE_UPLOAD_T)
        guard uploaded == uploadedSize else {
            uploadedSize = uploaded
            lastActivity = now
            return nil
        }
        return order.error(.timeout, "no byte moved for \(idleTimeout)")
    }

    /// Lets a paused transfer go on.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        lastActivity = .now
        ccurl_easy_pause(easy, CURLPAUSE_CONT)
    }

    private var isHeadDelivered: Bool {
        if case .stream = order.recipient { return head != nil }
        return false
    }

    // MARK: - End

    /// Answers the caller with what libcurl ended with.
    func finish(_ code: CURLcode) {
        finish(failure ?? error(for: code))
    }

    /// Answers the caller with an error, or with what was received.
    func finish(_ error: TransportError?) {
        switch order.recipient {
        case .whole(let answer):
            answer.resume(returning: error.map { .failure($0) } ?? .success(wholeResponse()))
        case .stream(let answer, let channel):
            if head == nil { answer.resume(returning: .failure(error ?? noHead())) }
            channel.finish(error.map { .failure($0) } ?? .success(()))
        }
    }

    private func wholeResponse() -> Response {
        Response(
            head: head ?? ResponseHead(status: readLong(CURLINFO_RESPONSE_CODE)), body: body, timings: timings(),
            url: effectiveURL())
    }

    private func noHead() -> TransportError {
        order.error(.protocol, "the answer has no head")
    }

    private func error(for code: CURLcode) -> TransportError? {
        guard code != CURLE_OK else { return head == nil ? noHead() : nil }
        let detail = String(cString: errorText)
        let reason = detail.isEmpty ? String(cString: ccurl_easy_strerror(code)) : detail
        let proxyStatus = readLong(CURLINFO_HTTP_CONNECTCODE)
        if proxyStatus != 0, proxyStatus != 200 { return order.error(.proxy, "the proxy answered \(proxyStatus)") }
        return order.error(TransportError.Code(code), reason)
    }

    // MARK: - Callbacks

    /// Takes a header line; `false` ends the transfer.
    func receiveHeader(_ line: [UInt8]) -> Bool {
        lastActivity = .now
        switch parser.consume(line) {
        case .none: return true
        case .head(let head): return receive(head)
        case .tooLarge: failure = order.error(.tooLarge, "the head of the answer is over \(Self.headSizeMaximum) bytes")
        case .malformed: failure = order.error(.protocol, "the head of the answer is not HTTP")
        }
        return false
    }

    private func receive(_ head: ResponseHead) -> Bool {
        self.head = head
        switch order.recipient {
        case .stream(let answer, _): answer.resume(returning: .success(head))
        case .whole:
            guard order.request.method != .head, let text = head.headers["Content-Length"], let length = Int(text)
            else { break }
            guard length <= order.request.responseSizeMaximum else { return refuseSize() }
        }
        return true
    }

    /// Takes bytes of the body.
    func receiveBody(_ chunk: [UInt8]) -> BodyChannel.Reception {
        lastActivity = .now
        switch order.recipient {
        case .stream(_, let channel):
            let reception = channel.offer(chunk)
            if reception == .full { isPaused = true }
            return reception
        case .whole:
            guard body.count + chunk.count <= order.request.responseSizeMaximum else {
                _ = refuseSize()
                return .abandoned
            }
            body.append(contentsOf: chunk)
            return .taken
        }
    }

    private func refuseSize() -> Bool {
        failure = order.error(.tooLarge, "the body of the answer is over \(order.request.responseSizeMaximum) bytes")
        return false
    }
}
