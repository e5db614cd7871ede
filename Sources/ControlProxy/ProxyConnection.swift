internal import ControlClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// One connection of a client: forwards its requests one by one, each on a connection of its own to the daemon.
///
/// So nothing of one request can reach another, and a client that keeps a connection open takes no place at the daemon.
struct ProxyConnection: Sendable {
    private typealias Parts = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    private typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    private typealias Upstream = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// What the daemon obeys: only a token may say who asks, never the user of the proxy.
    private static let tokenRequired = "AetherEdge-Token-Required"
    /// Fields that are about one connection, not about the request; nothing is upgraded.
    private static let hopByHop = [
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Upgrade",
        "HTTP2-Settings", "Expect",
    ]

    let client: ProxyServer.Client
    let location: SocketLocation
    let group: MultiThreadedEventLoopGroup
    private let upstream = CurrentUpstream()

    init(client: ProxyServer.Client, location: SocketLocation, group: MultiThreadedEventLoopGroup) {
        self.client = client
        self.location = location
        self.group = group
    }

    /// Serves until the client is gone.
    func run() async {
        // Whoever leaves ends the request, also in the middle of a watch.
        client.channel.closeFuture.whenComplete { [upstream] _ in upstream.end() }
        do {
            try await client.executeThenClose { inbound, outbound in
                var parts = inbound.makeAsyncIterator()
                var isOpen = true
                while isOpen, let part = try await parts.next(isolation: #isolation) {
                    guard case .head(let head) = part else { continue }
                    isOpen = try await exchange(head, &parts, outbound)
                }
            }
        } catch {
            // The client went away, or the daemon did in the middle of an answer: closing says so.
        }
    }

    /// Answers one request; false when the connection ends with it.
    private func exchange(
        _ head: HTTPRequestHead, _ parts: inout Parts, _ outbound: Outbound
    ) async throws -> Bool {
        guard Self.hasToken(head.headers) else {
            try await refuse(
                APIStatus(
                    failure: "Unauthorized", code: 401,
                    message: "the request carries no token: send 'Authorization: Bearer TOKEN' with one from "
                        + "aetherctl token"), outbound)
            return false
        }
        let upstream: Upstream
        do {
            upstream = try await connect()
        } catch {
            location.forget()
            try await refuse(
                APIStatus(
                    failure: "ServiceUnavailable", code: 503,
                    message: "the daemon does not answer on '\(location.path)': is aetheredged running?"), outbound)
            return false
        }
        self.upstream.begin(upstream.channel)
        return try await forward(head, &parts, to: upstream, outbound)
    }

    private func forward(
        _ head: HTTPRequestHead, _ parts: inout Parts, to upstream: Upstream, _ outbound: Outbound
    ) async throws -> Bool {
        var forwarded = head
        for name in Self.hopByHop { forwarded.headers.remove(name: name) }
        forwarded.headers.replaceOrAdd(name: Self.tokenRequired, value: "true")
        let isWaiting = head.headers.first(name: "Expect")?.lowercased() == "100-continue"
        // The iterator of the requests cannot be shared with the closure, so that it goes in and comes out.
        var own = parts
        defer { parts = own }
        return try await upstream.executeThenClose { answers, requests in
            try await requests.write(.head(forwarded))
            if isWaiting {
                try await outbound.write(.head(HTTPResponseHead(version: head.version, status: .continue)))
            }
            var isBodyOpen = true
            while isBodyOpen, let part = try await own.next(isolation: #isolation) {
                switch part {
                case .head: throw ChannelError.inputClosed
                case .body(let bytes): try await requests.write(.body(.byteBuffer(bytes)))
                case .end(let trailers):
                    try await requests.write(.end(trailers))
                    isBodyOpen = false
                }
            }
            return try await answer(head, answers, outbound)
        }
    }

    /// Passes on the parts of an answer as they come; false when the connection ends with it.
    private func answer(
        _ request: HTTPRequestHead, _ answers: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        _ outbound: Outbound
    ) async throws -> Bool {
        for try await part in answers {
            switch part {
            case .head(let head) where head.status.code < 200: continue
            case .head(var head):
                for name in Self.hopByHop { head.headers.remove(name: name) }
                if !request.isKeepAlive { head.headers.add(name: "Connection", value: "close") }
                head.version = request.version
                try await outbound.write(.head(head))
            case .body(let bytes): try await outbound.write(.body(.byteBuffer(bytes)))
            case .end(let trailers):
                try await outbound.write(.end(trailers))
                return request.isKeepAlive
            }
        }
        // The daemon ended in the middle: the client must not take what it has for the whole.
        throw ChannelError.eof
    }

    private func connect() async throws -> Upstream {
        try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .connect(unixDomainSocketPath: try location.address()) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                    return try Upstream(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func refuse(_ status: APIStatus, _ outbound: Outbound) async throws {
        let body = ((try? status.json) ?? .null).canonicalBytes
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "Content-Length": String(body.count), "Connection": "close",
        ]
        if status.code == 401 { headers.add(name: "WWW-Authenticate", value: "Bearer realm=\"aetheredge\"") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status.code), headers: headers)
        try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(ByteBuffer(bytes: body))), .end(nil)])
    }

    private static func hasToken(_ headers: HTTPHeaders) -> Bool {
        let credentials = headers["Authorization"]
        guard credentials.count == 1, let parts = credentials.first?.split(separator: " "), parts.count == 2 else {
            return false
        }
        return parts[0].lowercased() == "bearer"
    }
}

/// The connection to the daemon of the request in hand: it ends with the client's.
private final class CurrentUpstream: Sendable {
    private struct State {
        var isOver = false
        var channel: (any Channel)?
    }

    private let state = Mutex(State())

    /// Takes the place of the last request's, which is over; closes it at once where the client is gone.
    func begin(_ channel: any Channel) {
        let isOver = state.withLock { state in
            state.channel = channel
            return state.isOver
        }
        if isOver { channel.close(promise: nil) }
    }

    func end() {
        let channel = state.withLock { state in
            state.isOver = true
            return state.channel
        }
        channel?.close(promise: nil)
    }
}
