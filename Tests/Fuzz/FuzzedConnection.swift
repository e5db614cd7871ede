import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import ControlAPI

/// A request as the server sees it.
struct FuzzedRequest: Equatable {
    let head: HTTPRequestHead
    let body: [UInt8]
}

/// Connections of the control API without sockets.
enum FuzzedConnection {
    /// The requests that come of the bytes of a connection; the same however the bytes are cut.
    static func requests(_ input: [UInt8]) throws -> [FuzzedRequest] {
        let whole = try read([input[...]])
        let cut = input.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % (input.count + 1)
        try FuzzFinding.require(
            try read([input[..<cut], input[cut...]]) == whole, "requests depend on how the bytes are cut")
        return whole
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) throws -> [FuzzedRequest] {
        let limits = ServerLimits()
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addControlHandlers(limits)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/fuzz")).wait()
        for piece in pieces where !piece.isEmpty {
            // What comes after a bad request goes nowhere.
            _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
        }
        var requests: [FuzzedRequest] = []
        var head: HTTPRequestHead?
        var body: [UInt8] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let next): (head, body) = (next, [])
            case .body(let buffer): body += buffer.readableBytesView
            case .end:
                if let head { requests.append(FuzzedRequest(head: head, body: body)) }
                head = nil
            }
        }
        // Nobody answers, so that what is heard comes of the guard: that the bytes are no request.
        var answer: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { answer += buffer.readableBytesView }
        try FuzzFinding.require(
            answer.isEmpty || answer.starts(with: Array("HTTP/1.1 4".utf8)), "bad bytes are not answered as such")
        // Every limit of time passes.
        channel.embeddedEventLoop.advanceTime(by: .minutes(3))
        try FuzzFinding.require(
            !channel.isActive || !requests.isEmpty || head != nil, "a connection without a request stays open")
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return requests
    }

    /// Requires that the head of an answer is one that can be sent.
    static func requireSendable(_ response: APIResponse, to head: HTTPRequestHead) throws {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.pipeline.syncOperations.addControlHandlers(ServerLimits())
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/fuzz")).wait()
        let answer = HTTPConnection.head(of: response, to: head, isOpen: true)
        do {
            try channel.writeOutbound(HTTPServerResponsePart.head(answer))
        } catch {
            throw FuzzFinding(description: "an answer cannot be sent: \(answer)")
        }
    }
}
