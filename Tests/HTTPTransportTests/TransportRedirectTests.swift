import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportRedirectTests {
    /// Sends `/n` to `/n-1` until `/0`, which answers with what it was asked.
    private static func countDown(_ connection: ServerConnection) {
        connection.answerEach { request in
            guard let number = Int(request.path.dropFirst()), number > 0 else {
                return connection.answer(body: "\(request.line)|\(request.value(of: "Authorization") ?? "none")")
            }
            connection.answer("302 Found", fields: ["Location: /\(number - 1)", "X-Step: \(number)"], body: "moved")
        }
    }

    @Test func `redirects are followed as often as the request allows`() async throws {
        try await LoopbackServer.with(handler: Self.countDown) { server in
            try await withTransport { transport in
                var request = direct(.get, server.url + "/3")
                request.redirectsMaximum = 3
                let response = try await transport.send(request)
                #expect(response.status == 200)
                #expect(response.headers["X-Step"] == nil)
                #expect(response.body == Array("GET /0 HTTP/1.1|none".utf8))
                #expect(response.url == server.url + "/0")
                request.redirectsMaximum = 2
                #expect(await failure(of: request, on: transport)?.code == .tooManyRedirects)
            }
        }
    }

    @Test func `a redirect is the answer unless following was asked for`() async throws {
        try await LoopbackServer.with(handler: Self.countDown) { server in
            try await withTransport { transport in
                let plain = try await transport.send(direct(.get, server.url + "/3"))
                #expect(plain.status == 302)
                #expect(plain.headers["Location"] == "/2")
                var post = direct(.post, server.url + "/3")
                post.redirectsMaximum = 5
                let posted = try await transport.send(post)
                #expect(posted.status == 302)
                #expect(posted.body == Array("moved".utf8))
            }
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"])
    func `a redirect cannot leave HTTP`(location: String) async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in connection.answer("302 Found", fields: ["Location: \(location)"]) }
        } _: { server in
            try await withTransport { transport in
                var request = direct(.get, server.url)
                request.redirectsMaximum = 5
                #expect(await failure(of: request, on: transport)?.code == .protocol)
            }
        }
    }

    @Test func `a redirect to another server does not carry the authorization there`() async throws {
        try await LoopbackServer.with(handler: Self.countDown) { target in
            let location = target.url + "/0"
            try await LoopbackServer.with { connection in
                connection.answerEach { _ in connection.answer("307 Elsewhere", fields: ["Location: \(location)"]) }
            } _: { server in
                var request = direct(.get, server.url)
                request.redirectsMaximum = 1
                request.headers = ["Authorization": "Bearer s3cret"]
                let sent = request
                let response = try await withTransport { try await $0.send(sent) }
                #expect(response.body == Array("GET /0 HTTP/1.1|none".utf8))
            }
        }
    }

    @Test func `a streamed answer starts after the redirects`() async throws {
        try await LoopbackServer.with(handler: Self.countDown) { server in
            try await withTransport { transport in
                var request = direct(.get, server.url + "/2")
                request.redirectsMaximum = 2
                let response = try await transport.stream(request)
                #expect(response.status == 200)
                var body: [UInt8] = []
                for try await chunk in response.body { body += chunk }
                #expect(body == Array("GET /0 HTTP/1.1|none".utf8))
            }
        }
    }
}
