internal import Model
internal import NIOCore
internal import NIOHTTP1

/// Holds one connection to its limits: it times heads, bodies, idleness and stalled answers, answers what cannot be
/// parsed, and is the only one that closes a connection that is well.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Asks for an end of the connection once nothing is in flight.
    struct Drain: Sendable {}

    private let limits: ServerLimits
    private var timer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    /// Requests whose answer has not been handed to the kernel.
    private var requestsInFlight = 0
    private var isBodyOpen = false
    private var isAnswerStarted = false
    /// The connection ends after the answers in flight.
    private var isEnding = false
    /// The guard has written the last answer itself; what comes later is dropped.
    private var isOver = false
    private var failure: APIFailure?

    init(limits: ServerLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        let limits = limits
        arm(context, limits.headTimeout) { guardian, context in
            guardian.answer(
                APIFailure(
                    408, "RequestTimeout",
                    "no complete request came within \(limits.headTimeout); send the whole head at once"), context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { disarm() }

    func channelInactive(context: ChannelHandlerContext) {
        disarm()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            requestsInFlight += 1
            isBodyOpen = true
            disarmTimer()
            if head.headers.contains(name: "Content-Length") || head.headers.contains(name: "Transfer-Encoding") {
                armBodyTimer(context)
            }
        case .body: break
        case .end:
            isBodyOpen = false
            disarmTimer()
            if isEnding && requestsInFlight == 0 { return close(context) }
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            isEnding = true
            isBodyOpen = false
            if requestsInFlight == 0, !isOver { return close(context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let parserError = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        let failure =
            parserError == .headerOverflow
            ? APIFailure(
                431, "RequestHeaderFieldsTooLarge",
                "the request's head is larger than \(limits.headBytes) bytes or \(limits.headerFields) fields")
            : .badRequest("cannot read the request: it is not HTTP/1.1 (\(parserError))")
        isEnding = true
        if requestsInFlight == 0 || (requestsInFlight == 1 && isBodyOpen && !isAnswerStarted) {
            answer(failure, context)
        } else if !(requestsInFlight == 1 && isBodyOpen) {
            self.failure = failure
        }
        isBodyOpen = false
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isOver {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .head(let head) where head.status.code >= 200:
            isAnswerStarted = true
            if head.headers.first(name: "Connection") == "close" { isEnding = true }
            context.write(data, promise: promise)
        case .head, .body: context.write(data, promise: promise)
        case .end:
            let flushed = promise ?? context.eventLoop.makePromise(of: Void.self)
            if !isBodyOpen {
                arm(context, limits.writeTimeout) { guardian, context in guardian.close(context) }
            }
            flushed.futureResult.assumeIsolated().whenComplete { _ in self.answerFlushed(context) }
            context.write(data, promise: flushed)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        if !context.channel.isWritable {
            stallTimer = schedule(context, limits.writeTimeout) { guardian, context in guardian.close(context) }
        }
        context.fireChannelWritabilityChanged()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Drain else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        isEnding = true
        if requestsInFlight == 0, !isOver { close(context) }
    }

    private func answerFlushed(_ context: ChannelHandlerContext) {
        requestsInFlight = max(requestsInFlight - 1, 0)
        isAnswerStarted = false
        guard requestsInFlight == 0, !isOver else { return }
        if let failure { return answer(failure, context) }
        if isEnding {
            // The rest of a refused body is read and dropped, so that the client reads the answer and no error.
            if !isBodyOpen { close(context) }
            return
        }
        arm(context, limits.idleTimeout) { guardian, context in guardian.close(context) }
    }

    private func armBodyTimer(_ context: ChannelHandlerContext) {
        let limits = limits
        arm(context, limits.bodyTimeout) { guardian, context in
            guard !guardian.isAnswerStarted, guardian.requestsInFlight > 0 else { return guardian.close(context) }
            guardian.answer(
                APIFailure(408, "RequestTimeout", "the request's body did not come within \(limits.bodyTimeout)"),
                context)
        }
    }

    /// Writes the last answer of the connection and closes it.
    private func answer(_ failure: APIFailure, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        let body = failure.json.canonicalBytes
        let headers = HTTPHeaders([
            ("Content-Type", "application/json"), ("Content-Length", String(body.count)), ("Connection", "close"),
        ])
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: failure.status.code), headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        arm(context, limits.writeTimeout) { guardian, context in guardian.close(context) }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            self.close(context)
        }
    }

    private func close(_ context: ChannelHandlerContext) {
        isOver = true
        disarm()
        context.close(promise: nil)
    }

    private func arm(
        _ context: ChannelHandlerContext, _ delay: Duration,
        _ action: @escaping (ConnectionGuard, ChannelHandlerContext) -> Void
    ) {
        timer?.cancel()
        timer = schedule(context, delay, action)
    }

    private func schedule(
        _ context: ChannelHandlerContext, _ delay: Duration,
        _ action: @escaping (ConnectionGuard, ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { action(self, context) }
    }

    private func disarmTimer() {
        timer?.cancel()
        timer = nil
    }

    private func disarm() {
        disarmTimer()
        stallTimer?.cancel()
        stallTimer = nil
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Adds what stands between the bytes of a connection and its requests.
    func addControlHandlers(_ limits: ServerLimits) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headBytes
        decoding.maxHeaderListSize = limits.headBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        try configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: true,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
        try addHandler(ConnectionGuard(limits: limits))
    }
}
