import Glibc
import LinuxIO
import Synchronization
import TestSupport

/// The network between a client and a server, which a test can cut.
///
/// It takes connections on a Unix socket in a directory, as the server does in its own, and passes on what comes.
public final class PostgresProxy: Sendable {
    /// Where it takes connections: the `host` of a connection string.
    public let directory: String
    private let server: String
    private let listener: Int32
    private let wake: EventDescriptor
    private let thread: WorkerThread
    private let order = Mutex(Order())

    private struct Order {
        var isBlocked = false
        var isDropping = false
        var isStopping = false
    }

    /// Two sockets, one to each side.
    private struct Link {
        let client: Int32
        let server: Int32
    }

    init(directory: String, server: String) throws {
        self.directory = directory
        self.server = server + "/.s.PGSQL.5432"
        wake = try EventDescriptor()
        thread = try WorkerThread(name: "pg-proxy")
        listener = try Self.listen(directory + "/.s.PGSQL.5432")
        try thread.enqueue { [self] in work() }
    }

    /// Stops passing anything on, as a network does that is cut; connections stay, and new ones get no answer.
    public func block(_ isBlocked: Bool) { give { $0.isBlocked = isBlocked } }

    /// Closes every connection.
    public func drop() { give { $0.isDropping = true } }

    func stop() {
        give { $0.isStopping = true }
        thread.stop()
    }

    private func give(_ change: (inout Order) -> Void) {
        order.withLock { change(&$0) }
        wake.signal()
    }

    private func work() {
        var links: [Link] = []
        defer {
            for link in links { Self.close(link) }
            Glibc.close(listener)
        }
        while true {
            wake.drain()
            let order = order.withLock { order in
                defer { order.isDropping = false }
                return order
            }
            if order.isStopping { return }
            if order.isDropping {
                for link in links { Self.close(link) }
                links = []
            }
            var poll = Poll()
            poll.add(wake.rawValue)
            if !order.isBlocked {
                poll.add(listener)
                for link in links {
                    poll.add(link.client)
                    poll.add(link.server)
                }
            }
            guard (try? poll.wait()) != nil else { return }
            if order.isBlocked { continue }
            var kept: [Link] = []
            for (number, link) in links.enumerated() {
                let isOpen =
                    (poll.ready(2 + 2 * number).isEmpty || Self.pass(from: link.client, to: link.server))
                    && (poll.ready(3 + 2 * number).isEmpty || Self.pass(from: link.server, to: link.client))
                if isOpen { kept.append(link) } else { Self.close(link) }
            }
            links = kept
            if !poll.ready(1).isEmpty, let link = accept() { links.append(link) }
        }
    }

    private func accept() -> Link? {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return nil }
        guard let other = try? Self.connected(server) else {
            Glibc.close(client)
            return nil
        }
        return Link(client: client, server: other)
    }

    private static func close(_ link: Link) {
        Glibc.close(link.client)
        Glibc.close(link.server)
    }

    /// Passes on what has come; false at the end.
    private static func pass(from source: Int32, to target: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(source, &buffer, buffer.count)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let result = buffer[sent..<count].withUnsafeBytes { bytes in
                // Safety: the bytes outlive the call.
                send(target, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard result > 0 else { return false }
            sent += result
        }
        return true
    }

    private static func listen(_ path: String) throws -> Int32 {
        let (socket, result) = try withAddress(path) { bind($0, $1, $2) }
        guard result == 0, Glibc.listen(socket, 64) == 0 else {
            throw PostgresServerError("cannot listen on '\(path)': errno \(errno)")
        }
        return socket
    }

    private static func connected(_ path: String) throws -> Int32 {
        let (socket, result) = try withAddress(path) { connect($0, $1, $2) }
        guard result == 0 else {
            Glibc.close(socket)
            throw PostgresServerError("cannot connect to '\(path)': errno \(errno)")
        }
        return socket
    }

    private static func withAddress(
        _ path: String, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> (socket: Int32, result: Int32) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else { throw PostgresServerError("'\(path)' is too long for a socket") }
        // Safety: the path fits, the rest is zero, and the address outlives the call that takes it as a sockaddr.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(socket, $0, length) }
        }
        return (socket, result)
    }
}

extension PostgresServer {
    /// Runs a body with a network before the server that can be cut.
    public func withProxy<Result>(_ body: (PostgresProxy) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory("proxy") { directory in
            let proxy = try PostgresProxy(directory: directory, server: self.directory)
            defer { proxy.stop() }
            return try await body(proxy)
        }
    }
}
