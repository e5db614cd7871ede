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
        let (response, isBodyRead) = try await respond(admission, head, &parts, outbound)
        let isOpen = head.isKeepAlive && isBodyRead && !application.drain.isRaised && head.version == .http1_1
        let code = response.status
        do {
            try await send(response, to: head, isOpen: isOpen, outbound)
        } catch {
            application.observe(admission, code: code, since: begin)
            throw error
        }
        application.observe(admission, code: code, since: begin)
        return isOpen
    }

    private func respond(
        _ admission: Admission, _ head: HTTPRequestHead, _ parts: inout Parts, _ outbound: Outbound
    ) async throws -> (APIResponse, isBodyRead: Bool) {
        switch admission.outcome {
        case .refused(let response):
            let hasBody =
                head.headers.contains(name: "Transfer-Encoding")
                || head.headers.first(name: "Content-Length").map { $0 != "0" } ?? false
            return (response, !hasBody)
        case .admitted(let route, let request):
            guard let body = try await body(head, &parts, outbound) else {
                return (.failure(application.tooLarge), false)
            }
            return (await application.respond(route, request, body: body, closed: closed), true)
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

    private func send(
        _ response: APIResponse, to request: HTTPRequestHead, isOpen: Bool, _ outbound: Outbound
    ) async throws {
        var headers = HTTPHeaders(response.headers)
        headers.add(name: "Content-Type", value: response.contentType)
        headers.add(name: "Cache-Control", value: "no-cache, private")
        if !isOpen { headers.add(name: "Connection", value: "close") }
        if case .bytes(let bytes) = response.body {
            headers.add(name: "Content-Length", value: String(bytes.count))
        }
        let status = HTTPResponseStatus(statusCode: response.status)
        let head = HTTPServerResponsePart.head(
            HTTPResponseHead(version: request.version, status: status, headers: headers))
        switch response.body {
        case .bytes(let bytes):
            let body = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
            let parts = request.method == .HEAD ? [head, .end(nil)] : [head, body, .end(nil)]
            try await outbound.write(contentsOf: parts)
        case .stream(let produce):
            try await outbound.write(head)
            try await produce { bytes in
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            }
            try await outbound.write(.end(nil))
        }
    }
}
