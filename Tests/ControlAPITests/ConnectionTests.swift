import ControlAPI
import ControlClient
import Model
import Testing

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

    @Test func `a deep body and a deep path are refused and the server lives`() async throws {
        try await withServer { server in
            let deep = String(repeating: "[", count: 10_000)
            let fields = "Content-Length: \(deep.utf8.count)\r\nContent-Type: application/json\r\nConnection: close\r\n"
            let text = try await RawConnection.exchange(
                server.socketPath, head("/apis/aetheredge.io/v1/blueprints", "POST", fields) + deep)
            #expect(["400", "413"].contains(statuses(text).first))
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
        let client = try ControlClient(socketPath: "/nonexistent/control.sock")
        let error = try await refusal { _ = try await client.version() }
        #expect(error.code == .unreachable)
        #expect(error.message.hasPrefix("the daemon does not answer on '/nonexistent/control.sock': "))
        #expect(error.message.hasSuffix("is aetheredged running? systemctl status aetheredged"))
    }
}
