internal import Model
internal import NIOCore
internal import NIOHTTP1

/// One connection: reads its requests one after the other and writes their answers.
struct HTTPConnection: Sendable {
    typealias Channel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Parts = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    private typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    let channel: Channel
    let peer: Peer
    let application: Application
    /// Raised when the connection is closed.
    let closed: Signal

    /// Serves until the connection is closed.
    func run() async {
        do {
            try await channel.executeThenClose { inbound, outbound in
                var parts = inbound.makeAsyncIterator()
                var isOpen = true
                while isOpen, let part = try await parts.next(isolation: #isolation) {
                    guard case .head(let head) = part else { continue }
                    isOpen = try await exchange(head, &parts, outbound)
                }
                // What else the client sends is read and dropped; the guard closes once the answer is out.
                while try await parts.next(isolation: #isolation) != nil {}
                await closed.wait()
            }
        } catch {
            // The client went away, or a streamed answer could not be finished: closing says so.
        }
    }

    /// Answers one request; false when the connection ends with it.
    private func exchange(
        _ head: HTTPRequestHead, _ parts: inout Parts, _ outbound: Outbound
    ) async throws -> Bool {
        let begin = ContinuousClock.now
        let admission = await application.admit(head, from: peer, closed: closed)
        switch admission.outcome {
        case .refused(let response):
            let hasBody =
                head.headers.contains(name: "Transfer-Encoding")
                || head.headers.first(name: "Content-Length").map { $0 != "0" } ?? false
            return try await finish(response, admission, head, isBodyRead: !hasBody, begin, outbound)
        case .admitted(let route, let request):
            guard let body = try await body(head, &parts, outbound) else {
                return try await finish(
                    .failure(application.tooLarge), admission, head, isBodyRead: false, begin, outbound)
            }
            let caller = request.caller
            if admission.takesSeat {
                do throws(APIFailure) { try await application.fairShare.enter(caller) } catch {
                    return try await finish(.failure(error), admission, head, isBodyRead: true, begin, outbound)
                }
            }
            defer { if admission.takesSeat { application.fairShare.leave(caller) } }
            var response = await respond(route, request, body)
            if admission.verb == "watch", case .stream(let produce) = response.body {
                let ended = Signal()
                response.body = .stream { write in
                    try await produce { bytes in
                        try await guarded(route, request, ended, write)
                        try await write(bytes)
                    }
                }
            }
            return try await finish(response, admission, head, isBodyRead: true, begin, outbound)
        }
    }

    /// Ends a watch whose client may not see what comes next.
    private func guarded(
        _ route: Route, _ request: APIRequest, _ ended: Signal, _ write: APIResponse.Writer
    ) async throws {
        if ended.isRaised { throw CancellationError() }
        do throws(APIFailure) {
            try application.readmit(route, request)
        } catch {
            ended.raise()
            let event: JSONValue = ["type": "ERROR", "object": error.json]
            try await write(event.canonicalBytes + [UInt8(ascii: "\n")])
            throw error
        }
    }

    /// Sends the answer and counts it; false when the connection ends with it.
    private func finish(
        _ response: APIResponse, _ admission: Admission, _ head: HTTPRequestHead, isBodyRead: Bool,
        _ begin: ContinuousClock.Instant, _ outbound: Outbound
    ) async throws -> Bool {
        let isOpen = head.isKeepAlive && isBodyRead && !application.drain.isRaised && head.version == .http1_1
        defer { application.observe(admission, code: response.status, since: begin) }
        try await send(response, to: head, isOpen: isOpen, outbound)
        return isOpen
    }

    /// Answers a request on the event loop only when that is one look: else it would keep other connections waiting.
    private func respond(_ route: Route, _ request: APIRequest, _ body: [UInt8]) async -> APIResponse {
        if route.isQuick { return await application.respond(route, request, body: body, closed: closed) }
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            await application.respond(route, request, body: body, closed: closed)
        }
    }

    /// The body of a request; nil when it is too large.
    private func body(
        _ head: HTTPRequestHead, _ parts: inout Parts, _ outbound: Outbound
    ) async throws -> [UInt8]? {
        let limit = application.limits.bodyBytes
        if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }) {
            if length > limit { return nil }
            if length > 0, head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
                try await outbound.write(.head(HTTPResponseHead(version: head.version, status: .continue)))
            }
        }
        var bytes: [UInt8] = []
        while let part = try await parts.next(isolation: #isolation) {
            switch part {
            case .head: return bytes
            case .body(let buffer):
                if bytes.count + buffer.readableBytes > limit { return nil }
                bytes.append(contentsOf: buffer.readableBytesView)
            case .end: return bytes
            }
        }
        throw ChannelError.eof
    }

    /// The head of an answer.
    static func head(of response: APIResponse, to request: HTTPRequestHead, isOpen: Bool) -> HTTPResponseHead {
        var headers = HTTPHeaders(response.headers)
        headers.add(name: "Content-Type", value: response.contentType)
        if !headers.contains(name: "Cache-Control") {
            headers.add(name: "Cache-Control", value: "no-cache, private")
        }
        if !isOpen { headers.add(name: "Connection", value: "close") }
        if case .bytes(let bytes) = response.body {
            // An answer without content says nothing of a length.
            if response.status != 304 { headers.add(name: "Content-Length", value: String(bytes.count)) }
        }
        let status = HTTPResponseStatus(statusCode: response.status)
        return HTTPResponseHead(version: request.version, status: status, headers: headers)
    }

    private func send(
        _ response: APIResponse, to request: HTTPRequestHead, isOpen: Bool, _ outbound: Outbound
    ) async throws {
        let head = HTTPServerResponsePart.head(Self.head(of: response, to: request, isOpen: isOpen))
        switch response.body {
        case .bytes(let bytes):
            let body = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
            let parts = request.method == .HEAD ? [head, .end(nil)] : [head, body, .end(nil)]
            try await outbound.write(contentsOf: parts)
        case .stream(let produce):
            try await outbound.write(head)
            try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await produce { bytes in
                    try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
                }
            }
            try await outbound.write(.end(nil))
        }
    }
}
