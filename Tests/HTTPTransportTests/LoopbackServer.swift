import Glibc
import Synchronization

/// A real HTTP server for one test: blocking sockets, one thread a connection, as rude as its handler wants to be.
final class LoopbackServer: Sendable {
    /// What happened on the server's side, in order.
    enum Event: Sendable, Equatable {
        case accepted
        case request(String)
        case peerClosed
        case mark(String)
    }

    private struct State {
        var connections: Set<Int32> = []
        var threads: [pthread_t] = []
        var isClosing = false
    }

    typealias Handler = @Sendable (ServerConnection) -> Void

    let port: UInt16
    let events: AsyncStream<Event>
    let report: AsyncStream<Event>.Continuation
    private let listener: Int32
    private let state = Mutex(State())
    private let handler: Handler

    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs a server on a free port, or on a Unix socket, for the length of `body`.
    static func with<Result>(
        unixSocket: (directory: Int32, name: String)? = nil, handler: @escaping Handler,
        _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let server = try LoopbackServer(unixSocket: unixSocket, handler: handler)
        defer { server.close() }
        return try await body(server)
    }

    private init(unixSocket: (directory: Int32, name: String)?, handler: @escaping Handler) throws {
        if let unixSocket {
            listener = try Self.listen(unixPath: "/proc/self/fd/\(unixSocket.directory)/\(unixSocket.name)")
            port = 0
        } else {
            (listener, port) = try Self.listenOnLoopback()
        }
        self.handler = handler
        (events, report) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(4096))
        spawn { server in server.accept() }
    }

    /// Waits for an event; the suite's time limit ends a wait in vain.
    func wait(for event: Event) async -> Bool {
        for await next in events where next == event { return true }
        return false
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            if connection < 0, errno == EINTR { continue }
            guard connection >= 0 else { return }
            let isOpen = state.withLock { state in
                if !state.isClosing { state.connections.insert(connection) }
                return !state.isClosing
            }
            guard isOpen else {
                Glibc.close(connection)
                return
            }
            report.yield(.accepted)
            spawn { server in
                server.handler(ServerConnection(descriptor: connection, report: server.report))
                _ = server.state.withLock { $0.connections.remove(connection) }
                Glibc.close(connection)
            }
        }
    }

    private func close() {
        let connections = state.withLock { state in
            state.isClosing = true
            for connection in state.connections { Glibc.shutdown(connection, Int32(SHUT_RDWR)) }
            return state.connections
        }
        _ = connections
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        while let thread = state.withLock({ $0.threads.popLast() }) { pthread_join(thread, nil) }
        Glibc.close(listener)
        report.finish()
    }

    private func spawn(_ work: @escaping @Sendable (LoopbackServer) -> Void) {
        final class Start: Sendable {
            let server: LoopbackServer
            let work: @Sendable (LoopbackServer) -> Void
            init(_ server: LoopbackServer, _ work: @escaping @Sendable (LoopbackServer) -> Void) {
                self.server = server
                self.work = work
            }
        }
        var thread = pthread_t()
        // Safety: the thread takes this retain over.
        let start = Unmanaged.passRetained(Start(self, work)).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.work(start.server)
                return nil
            }, start)
        precondition(code == 0, "the test server has no thread")
        state.withLock { $0.threads.append(thread) }
    }

    private static func listenOnLoopback() throws -> (Int32, UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safety: the address outlives each call, and its size is passed with it.
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(listener, socketAddress, length) == 0 && Glibc.listen(listener, 512) == 0
                    && getsockname(listener, socketAddress, &length) == 0
            }
        }
        guard isBound else { throw ServerFailure(step: "listen", number: errno) }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    private static func listen(unixPath: String) throws -> Int32 {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        precondition(unixPath.utf8.count < MemoryLayout.size(ofValue: address.sun_path), "the socket path is too long")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: unixPath.utf8) }
        // Safety: the address outlives the call, and its size is passed with it.
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(listener, socketAddress, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                    && Glibc.listen(listener, 16) == 0
            }
        }
        guard isBound else { throw ServerFailure(step: "listen on '\(unixPath)'", number: errno) }
        return listener
    }
}

/// Why the test server could not start.
struct ServerFailure: Error {
    let step: String
    let number: Int32
}
