import ControlProxy
import Glibc
import LinuxIO
import Testing

@Suite struct ProxyServerTests {
    private static let token = ["-H", "Authorization: Bearer a.b.c"]

    @Test func `a request goes to the daemon as it is, marked, and its answer comes back as it is`() async throws {
        try await withProxy { proxy in
            let curl = try proxy.curl(
                "/apis/x?a=%2F&b=", "-H", Self.token[1], "-H", "X-Own: 1", "-H", "Upgrade: websocket", "-H",
                "Connection: Upgrade", "-d", "body")
            let (request, answer) = try await onOwnThread {
                let connection = try #require(proxy.daemon.accept())
                let request = connection.read(until: "body")
                connection.send("HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-Answer: 2\r\n\r\nhello")
                return (request, curl.read())
            }
            #expect(request.hasPrefix("POST /apis/x?a=%2F&b= HTTP/1.1\r\n"))
            for field in ["Authorization: Bearer a.b.c", "X-Own: 1", "AetherEdge-Token-Required: true"] {
                #expect(request.contains("\r\n\(field)\r\n"), "\(field)")
            }
            #expect(!request.contains("websocket"))
            #expect(request.hasSuffix("\r\n\r\nbody"))
            #expect(answer.contains("201 Created"))
            #expect(answer.contains("X-Answer: 2"))
            #expect(answer.hasSuffix("\r\n\r\nhello"))
            curl.wait()
        }
    }

    @Test(arguments: [
        [], ["-H", "Authorization: Basic cm9vdDo="], ["-H", "Authorization: Bearer"],
        ["-H", "Authorization: Bearer a b"],
        ["-H", "Authorization: Bearer a", "-H", "Authorization: Bearer b"],
    ])
    func `a request without a token is refused and never reaches the daemon`(_ fields: [String]) async throws {
        try await withProxy { proxy in
            let curl = try RunningCurl(
                ["-s", "-i", "--cacert", proxy.directory + "/ca.pem"] + fields + [
                    "https://127.0.0.1:\(proxy.port)/version"
                ])
            let (answer, connection) = try await onOwnThread { (curl.read(), proxy.daemon.accept(within: 50)) }
            #expect(answer.contains("401 Unauthorized"))
            #expect(answer.contains("\"kind\":\"Status\""))
            #expect(connection == nil)
            curl.wait()
        }
    }

    @Test func `a watch flows as it comes, and ends at the daemon when its client leaves`() async throws {
        try await withProxy { proxy in
            let curl = try proxy.curl("/watch", "-H", Self.token[1])
            try await onOwnThread {
                let connection = try #require(proxy.daemon.accept())
                _ = connection.read(until: "\r\n\r\n")
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
                #expect(curl.read(until: "one").contains("one"))
                connection.send("4\r\ntwo\n\r\n")
                #expect(curl.read(until: "two").contains("two"))
                #expect(!connection.isClosed(within: 0))
                kill(curl.pid, SIGKILL)
                curl.wait()
                #expect(connection.isClosed(within: 20_000))
            }
        }
    }

    @Test func `an answer that is cut short is not taken for a whole one`() async throws {
        try await withProxy { proxy in
            let curl = try proxy.curl("/list", "-H", Self.token[1])
            let status = try await onOwnThread {
                do {
                    let connection = try #require(proxy.daemon.accept())
                    _ = connection.read(until: "\r\n\r\n")
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
                    _ = curl.read(until: "one")
                }
                _ = curl.read()
                return curl.wait()
            }
            #expect(status != 0)
        }
    }

    @Test func `a daemon that is not there is said to be so`() async throws {
        try await withProxy { proxy in
            unlink(proxy.daemon.path)
            let curl = try proxy.curl("/version", "-H", Self.token[1])
            let answer = try await onOwnThread { curl.read() }
            #expect(answer.contains("503 Service Unavailable"))
            #expect(answer.contains("is aetheredged running?"))
            curl.wait()
        }
    }

    @Test func `connections beyond the bound are closed at once`() async throws {
        var limits = ProxyLimits()
        limits.connections = 1
        try await withProxy(limits: limits) { proxy in
            let first = try proxy.curl("/watch", "-H", Self.token[1])
            try await onOwnThread {
                let connection = try #require(proxy.daemon.accept())
                _ = connection.read(until: "\r\n\r\n")
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
                _ = first.read(until: "one")
                let second = try proxy.curl("/version", "-H", Self.token[1])
                _ = second.read()
                #expect(second.wait() != 0)
                connection.send("0\r\n\r\n")
                #expect(first.wait() == 0)
            }
        }
    }

    @Test func `plain HTTP and other bytes get no answer`() async throws {
        try await withProxy { proxy in
            let plain = try RunningCurl(["-s", "http://127.0.0.1:\(proxy.port)/version"])
            let (text, status, connection) = try await onOwnThread {
                (plain.read(), plain.wait(), proxy.daemon.accept(within: 50))
            }
            #expect(text.isEmpty)
            #expect(status != 0)
            #expect(connection == nil)
        }
    }

    @Test func `a connection that sends no head is closed`() async throws {
        var limits = ProxyLimits()
        limits.headTimeout = .milliseconds(100)
        try await withProxy(limits: limits) { proxy in
            let silent = try RunningCurl(["-s", "telnet://127.0.0.1:\(proxy.port)", "--max-time", "30"])
            let (said, status) = try await onOwnThread { (silent.read(), silent.wait()) }
            #expect(said.isEmpty)
            // 28 would be curl's own time.
            #expect(status != 28)
        }
    }

    @Test func `a connection that does not send its whole body is closed`() async throws {
        var limits = ProxyLimits()
        limits.bodyTimeout = .milliseconds(100)
        try await withProxy(limits: limits) { proxy in
            let slow = try proxy.curl("/x", "-H", Self.token[1], "-H", "Content-Length: 10", "-d", "body")
            let (isClosed, ended) = try await onOwnThread {
                let connection = try #require(proxy.daemon.accept())
                _ = connection.read(until: "\r\n\r\n")
                return (connection.isEnded(within: 20_000), slow.wait())
            }
            #expect(isClosed)
            #expect(ended != 0 && ended != 28)
        }
    }

    @Test func `a proxy that is asked to stop ends the watches that run`() async throws {
        var limits = ProxyLimits()
        limits.drainTimeout = .milliseconds(50)
        try await withProxy(limits: limits) { proxy in
            let curl = try proxy.curl("/watch", "-H", Self.token[1])
            let connection = try await onOwnThread {
                let connection = try #require(proxy.daemon.accept())
                _ = connection.read(until: "\r\n\r\n")
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
                _ = curl.read(until: "one")
                return connection
            }
            await proxy.stop()
            let isClosed = try await onOwnThread {
                curl.wait()
                return connection.isClosed(within: 20_000)
            }
            #expect(isClosed)
        }
    }
}
