internal import Glibc
internal import LinuxIO
internal import Logging
internal import Model

/// Accepts connections on a thread of its own and learns who is at their other end before anything of them is read.
final class Acceptor: Sendable {
    /// Accepted connections that wait to be served.
    static let waitingMaximum = 128

    let connections: AsyncStream<AcceptedConnection>
    private let continuation: AsyncStream<AcceptedConnection>.Continuation
    private let socket: FileDescriptor
    private let stopping: EventDescriptor
    private let worker: WorkerThread
    private let places: ConnectionPlaces
    private let names: PeerNames
    private let logger: Logger

    init(
        socket: consuming FileDescriptor, places: ConnectionPlaces,
        names: PeerNames, logger: Logger
    ) throws(LinuxIOError) {
        (connections, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.waitingMaximum))
        try socket.setNonBlocking()
        self.socket = socket
        self.places = places
        self.names = names
        self.logger = logger
        stopping = try EventDescriptor()
        worker = try WorkerThread(name: "control-accept", queueLimit: 1)
    }

    /// Starts to accept.
    func start() throws(LinuxIOError) { try worker.enqueue { self.loop() } }

    /// Accepts no more; `connections` ends.
    func stop() { stopping.signal() }

    /// Waits until the thread has let go of the socket, so that it is closed with the acceptor and the next server can
    /// listen where this one did.
    func join() async {
        do {
            try await worker.run {}
        } catch {
            logger.debug("did not wait for the thread that accepts", metadata: ["cause": "\(error)"])
        }
    }

    private func loop() {
        defer { continuation.finish() }
        var poll = Poll()
        let listening = poll.add(socket.rawValue)
        let stop = poll.add(stopping.rawValue)
        while true {
            do throws(LinuxIOError) {
                try poll.wait()
                if !poll.ready(stop).isEmpty { return }
                if !poll.ready(listening).isEmpty { take(try acceptUnix(on: socket)) }
            } catch {
                if !wait(after: error) { return }
            }
        }
    }

    /// Decides whether accepting goes on after a failure.
    private func wait(after error: LinuxIOError) -> Bool {
        switch error.code {
        case .again, .interrupted, Errno(rawValue: ECONNABORTED): return true
        case .tooManyFiles, .tooManyFilesInSystem, .noMemory:
            logger.warning(
                "cannot accept a connection, trying again in 1 s", metadata: ["cause": "\(error)"])
            var poll = Poll()
            poll.add(stopping.rawValue)
            return (try? poll.wait(timeout: .seconds(1))) == 0
        default:
            logger.error("cannot accept connections", metadata: ["cause": "\(error)"])
            return false
        }
    }

    private func take(_ connection: consuming FileDescriptor) {
        let credentials: PeerCredentials
        do {
            credentials = try PeerCredentials(ofSocket: connection.rawValue)
        } catch {
            logger.warning("cannot tell who connected, closing", metadata: ["cause": "\(error)"])
            return
        }
        switch places.take(credentials.uid) {
        case .taken: break
        case .userFull:
            return refuse(
                connection, .tooMany("user \(credentials.uid) has too many connections; close some and try again"))
        case .full: return refuse(connection, .unavailable("the daemon has too many connections; try again"))
        }
        let peer = names.peer(credentials)
        // A connection that finds no room in the stream is closed as it is let go of.
        _ = continuation.yield(AcceptedConnection(connection, peer: peer, places: places))
    }

    private func refuse(_ connection: borrowing FileDescriptor, _ failure: APIFailure) {
        let body = failure.json.canonicalText
        let text = """
            HTTP/1.1 \(failure.status.code) \(failure.status.reason ?? "")\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            Retry-After: 1\r
            \r
            \(body)
            """
        // The socket is new, so that its buffer takes the answer; if the client is gone, nobody misses it.
        try? connection.setNonBlocking()
        try? connection.writeAll(Array(text.utf8))
    }
}
