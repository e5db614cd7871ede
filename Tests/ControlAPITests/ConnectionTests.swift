import ControlClient
import Glibc
import LinuxIO
import Logging
import Model
import Store
import TestSupport
import Testing

@testable import ControlAPI

/// The request of a path.
private func head(_ path: String, _ method: String = "GET", _ fields: String = "") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
}

/// The statuses of the answers in a text.
private func statuses(_ text: String) -> [String] {
    text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }.filter { Int($0) != nil }
}

/// Sends a request and checks the statuses of what comes until the server closes.
private func expect(_ server: ServerFixture, _ request: String, _ expected: [String]) async throws {
    let text = try await RawConnection.exchange(server.socketPath, request)
    #expect(statuses(text) == expected)
}

/// What curl, run by the user nobody, gets with the head of the answer.
private func asNobody(_ server: ServerFixture, _ path: String, _ options: String...) async throws -> String {
    let worker = try WorkerThread(name: "curl")
    let quoted = options.map { "'\($0)'" }.joined(separator: " ")
    let command =
        "setpriv --reuid=65534 --regid=65534 --clear-groups curl -s -i --max-time 20 --unix-socket "
        + "'\(server.socketPath)' \(quoted) 'http://localhost\(path)'"
    return try await worker.run {
        guard let pipe = popen(command, "r") else { throw UnexpectedSuccess() }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        while case let byte = getc(pipe), byte >= 0 { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A readiness that says when it was asked and answers when the gate is raised.
private func heldReadiness() -> (gate: Signal, arrived: Signal, readiness: @Sendable () async -> String?) {
    let (gate, arrived) = (Signal(), Signal())
    return (
        gate, arrived,
        {
            arrived.raise()
            await gate.wait()
            return nil
        }
    )
}

@Suite struct ConnectionTests {
    @Test func `health is answered, pipelined requests in order`() async throws {
        try await withServer { server in
            let requests = head("/healthz") + head("/nothing") + head("/livez", "GET", "Connection: close\r\n")
            let text = try await RawConnection.exchange(server.socketPath, requests)
            #expect(statuses(text) == ["200", "404", "200"])
        }
    }

    @Test func `what is not HTTP is answered 400 with a status`() async throws {
        try await withServer { server in
            for garbage in [
                "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n",
                head("/healthz", "GET", "Content-Length: x\r\n"),
                head("/healthz", "GET", "Transfer-Encoding: chunked\r\n") + "zz\r\n", "\r\n\r\n\u{1}\u{2}",
            ] {
                let text = try await RawConnection.exchange(server.socketPath, garbage)
                #expect(statuses(text) == ["400"])
                #expect(text.contains("\"kind\":\"Status\""))
            }
            try await server.expectAnswer()
        }
    }

    @Test func `a head that is too large is answered 431`() async throws {
        try await withServer { server in
            let field = "X: " + String(repeating: "a", count: 40_000) + "\r\n"
            let fields = (0..<200).map { "X-\($0): 1\r\n" }.joined()
            let path = "/" + String(repeating: "b", count: 60_000)
            for request in [head("/healthz", "GET", field), head("/healthz", "GET", fields), head(path)] {
                let text = try await RawConnection.exchange(server.socketPath, request)
                #expect(statuses(text) == ["431"])
            }
        }
    }

    @Test func `a body that is too large is answered 413 before it is read`() async throws {
        try await withServer { server in
            let path = "/apis/aetheredge.io/v1/blueprints"
            let announced = try RawConnection(server.socketPath)
            try await announced.send(head(path, "POST", "Content-Length: 10000000\r\nConnection: close\r\n"))
            #expect(try await statuses(announced.read(until: "\"Failure\"")) == ["413"])
            let chunked = try RawConnection(server.socketPath)
            try await chunked.send(head(path, "POST", "Transfer-Encoding: chunked\r\n"))
            let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
            for _ in 0..<17 { try await chunked.send(chunk) }
            #expect(try await statuses(chunked.read(until: "\"Failure\"")) == ["413"])
        }
    }

    @Test func `a client that says nothing more still gets its answer`() async throws {
        try await withServer { server in
            let connection = try RawConnection(server.socketPath)
            try await connection.send(head("/healthz"))
            connection.finishSending()
            #expect(try await statuses(connection.readToEnd()) == ["200"])
            let half = try RawConnection(server.socketPath)
            try await half.send("GET /healthz HT")
            half.finishSending()
            #expect(try await statuses(half.readToEnd()) == ["400"])
            let silent = try RawConnection(server.socketPath)
            silent.finishSending()
            #expect(try await silent.readToEnd() == "")
        }
    }

    @Test func `a slow head and a slow body are answered 408, an idle connection is closed`() async throws {
        var limits = ServerLimits()
        limits.headTimeout = .milliseconds(200)
        limits.bodyTimeout = .milliseconds(200)
        limits.idleTimeout = .milliseconds(200)
        try await withServer(limits: limits) { server in
            try await expect(server, "GET /hea", ["408"])
            let body = head("/apis/aetheredge.io/v1/blueprints", "POST", "Content-Length: 10\r\n") + "{"
            try await expect(server, body, ["408"])
            try await expect(server, head("/healthz"), ["200"])
        }
    }

    @Test func `a user's connections are bounded and given back`() async throws {
        var limits = ServerLimits()
        limits.connectionsPerPrivilegedUser = 4
        try await withServer(limits: limits) { server in
            var open: [RawConnection] = []
            for _ in 0..<4 {
                let connection = try RawConnection(server.socketPath)
                try await connection.send(head("/healthz"))
                #expect(try await statuses(connection.read(until: "ok")) == ["200"])
                open.append(connection)
            }
            let refused = try RawConnection(server.socketPath)
            #expect(try await statuses(refused.readToEnd()) == ["429"])
            for connection in open { connection.finishSending() }
            for connection in open { _ = try await connection.readToEnd() }
            // The place is given back just after the client sees the end.
            var answer = ""
            for _ in 0..<1_000 where !answer.hasPrefix("HTTP/1.1 200") {
                answer = try await RawConnection.exchange(
                    server.socketPath, head("/healthz", "GET", "Connection: close\r\n"))
            }
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `a request in flight is answered before the server stops`() async throws {
        let (gate, arrived, readiness) = heldReadiness()
        try await withServer(readiness: readiness) { server in
            let connection = try RawConnection(server.socketPath)
            try await connection.send(head("/readyz"))
            await arrived.wait()
            // One that was answered: what is not accepted yet is left to the next server of the socket.
            let idle = try RawConnection(server.socketPath)
            try await idle.send(head("/healthz"))
            #expect(try await statuses(idle.read(until: "ok")) == ["200"])
            await server.stop()
            // The idle connection ends once the server has begun to stop.
            #expect(try await idle.readToEnd() == "")
            gate.raise()
            let text = try await connection.readToEnd()
            #expect(statuses(text) == ["200"])
            #expect(text.lowercased().contains("connection: close"))
        }
    }

    @Test func `a request that does not end is cut off when the server stops`() async throws {
        var limits = ServerLimits()
        limits.drainTimeout = .milliseconds(100)
        let (gate, arrived, readiness) = heldReadiness()
        try await withServer(limits: limits, readiness: readiness) { server in
            let connection = try RawConnection(server.socketPath)
            try await connection.send(head("/readyz"))
            await arrived.wait()
            await server.stop()
            #expect(try await connection.readToEnd() == "")
            gate.raise()
        }
    }

    @Test func `a client that takes nothing of its answer is cut off`() async throws {
        var limits = ServerLimits()
        limits.writeTimeout = .milliseconds(300)
        limits.pageSize = 50
        try await withServer(limits: limits) { server in
            let large = String(repeating: "x", count: 20_000)
            for index in 0..<200 {
                var object = blueprint("b-\(index)")
                object.metadata.annotations = ["large": large]
                _ = try await server.store.create(object, durability: .deferred)
            }
            let closed = Signal()
            let connection = try RawConnection(server.socketPath)
            try await connection.send(head("/apis/aetheredge.io/v1/blueprints"))
            // Nothing tells when the server gives up: the answer is read only after well over its limit.
            await closed.wait(atMost: limits.writeTimeout * 3)
            let text = try await connection.readToEnd()
            #expect(text.utf8.count < 4_000_000)
            #expect(!text.hasSuffix("0\r\n\r\n"))
            try await server.expectAnswer()
        }
    }

    @Test func `a server whose task is cancelled ends at once`() async throws {
        let (gate, arrived, readiness) = heldReadiness()
        try await withTemporaryDirectory("api") { directory in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let handle = try DirectoryHandle(trustedPath: directory)
            let socket = try listenUnixSocket(in: handle, name: "s")
            let services = ControlServices(
                store: SQLiteObjectStore(try HostDatabase.inMemory()), actions: ActionRecorder().actions,
                readiness: readiness, version: [:], userName: { _ in nil }, now: systemWallTime)
            let server = try ControlServer(
                listeningOn: socket, services: services, authorizer: Authorizer(), metrics: MetricsRegistry(),
                logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await server.run() }
                let idle = try RawConnection(directory + "/s")
                let busy = try RawConnection(directory + "/s")
                try await busy.send(head("/readyz"))
                await arrived.wait()
                tasks.cancelAll()
                #expect(try await idle.readToEnd() == "")
                #expect(try await busy.readToEnd() == "")
                gate.raise()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `HEAD asks for health only and has no body`() async throws {
        try await withServer { server in
            let close = "Connection: close\r\n"
            let health = try await RawConnection.exchange(server.socketPath, head("/healthz", "HEAD", close))
            #expect(statuses(health) == ["200"])
            #expect(health.hasSuffix("\r\n\r\n"))
            let list = try await RawConnection.exchange(
                server.socketPath, head("/apis/aetheredge.io/v1/blueprints", "HEAD", close))
            #expect(statuses(list) == ["405"])
            #expect(list.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `many requests at once are all answered`() async throws {
        try await withServer { server in
            _ = try await server.store.create(blueprint("a"), durability: .deferred)
            try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<300 {
                    tasks.addTask { try await server.client.list(blueprintKind).items.count }
                }
                var count = 0
                while let items = try await tasks.next() { count += items }
                #expect(count == 300)
            }
        }
    }

    @Test func `another user is refused, hears what to do, and the denial of a change is audited`() async throws {
        guard geteuid() == 0 else { return }
        try await withServer { server in
            let health = try await asNobody(server, "/healthz")
            #expect(statuses(health) == ["200"])
            let list = try await asNobody(server, "/apis/aetheredge.io/v1/blueprints")
            #expect(statuses(list) == ["403"])
            #expect(list.contains("join group 'aetheredge'"))
            let change = try await asNobody(server, "/apis/aetheredge.io/v1/sources/default/reconcile", "-X", "POST")
            #expect(statuses(change) == ["403"])
            #expect(server.recorder.calls.isEmpty)
            let denied = try #require(server.recorder.audited.first)
            #expect(denied.outcome == "denied")
            #expect(denied.object == "Source/default")
            #expect(denied.requester.uid == 65534)
        }
        let readers = Authorizer(readerGroups: [65534])
        try await withServer(authorizer: readers) { server in
            let list = try await asNobody(server, "/apis/aetheredge.io/v1/blueprints")
            #expect(statuses(list) == ["200"])
            let plan = try await asNobody(server, "/apis/aetheredge.io/v1/sources/default/plan", "-X", "POST")
            #expect(statuses(plan) == ["200"])
            let directory = try await asNobody(
                server, "/apis/aetheredge.io/v1/sources/default/plan", "-d", "{\"directory\":\"/root\"}", "-H",
                "Content-Type: application/json")
            #expect(statuses(directory) == ["403"])
            let content = try await asNobody(server, "/apis/aetheredge.io/v1/resources/file:a/content?digest=x")
            #expect(statuses(content) == ["403"])
            #expect(server.recorder.calls == ["plan "])
        }
    }

    @Test func `a deep body and a deep path are refused and the server lives`() async throws {
        try await withServer { server in
            let deep = String(repeating: "[", count: 10_000)
            let fields = "Content-Length: \(deep.utf8.count)\r\nContent-Type: application/json\r\nConnection: close\r\n"
            let text = try await RawConnection.exchange(
                server.socketPath, head("/apis/aetheredge.io/v1/blueprints", "POST", fields) + deep)
            #expect(statuses(text).first == "400")
            let path = String(repeating: "/a", count: 5_000)
            let other = try await RawConnection.exchange(
                server.socketPath, head(path, "GET", "Connection: close\r\n"))
            #expect(statuses(other) == ["404"])
        }
    }

    @Test func `a path that is longer than a socket's address is reached`() async throws {
        try await withServer(deepening: 3) { server in
            #expect(server.socketPath.utf8.count > 300)
            try await server.expectAnswer()
        }
    }

    @Test func `a socket that nobody serves says what to do`() async throws {
        let client = try APIClient(socketPath: "/nonexistent/control.sock")
        let error = try await refusal { _ = try await client.version() }
        #expect(error.code == .unreachable)
        #expect(error.message.hasPrefix("the daemon does not answer on '/nonexistent/control.sock': "))
        #expect(error.message.hasSuffix("is aetheredged running? systemctl status aetheredged"))
    }
}
