import Glibc
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportFailureTests {
    @Test(arguments: [
        ("", TransportError.Code.closed),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", .protocol),
        ("HTTP/1.1 abc OK\r\n\r\n", .protocol),
        ("HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n", .protocol),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .closed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .closed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .closed),
        ("HTTP/1.1 200 OK\r\nContent-Le", .protocol),
    ])
    func `a broken answer names what broke`(answer: String, code: TransportError.Code) async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write(answer)
            connection.halfClose()
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                let error = await failure(of: direct(.get, server.url), on: transport)
                #expect(error?.code == code, "\(error?.message ?? "")")
            }
        }
    }

    @Test func `a port where nobody listens is a failed connection`() async throws {
        let port = try await LoopbackServer.with { _ in
        } _: {
            $0.port
        }
        try await withTransport { transport in
            let error = await failure(of: direct(.get, "http://127.0.0.1:\(port)/"), on: transport)
            #expect(error?.code == .connect)
        }
    }

    @Test func `a name that does not resolve ends within the timeout`() async throws {
        try await withTransport { transport in
            var request = direct(.get, "http://host.invalid/")
            request.timeout = .seconds(2)
            let start = ContinuousClock.now
            let error = await failure(of: request, on: transport)
            #expect(error?.code == .resolve || error?.code == .timeout)
            #expect(ContinuousClock.now - start < .seconds(4))
        }
    }

    @Test func `no message carries a credential`() async throws {
        let port = try await LoopbackServer.with { _ in
        } _: {
            $0.port
        }
        try await withTransport { transport in
            let url = "http://user:pa55word@127.0.0.1:\(port)/path?token=s3cret#frag"
            let message = await failure(of: direct(.get, url), on: transport)?.message ?? ""
            #expect(message.contains("http://127.0.0.1:\(port)/path?…"), "\(message)")
            for secret in ["user", "pa55word", "s3cret", "frag"] { #expect(!message.contains(secret)) }
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "/relative", "", "http://", "http://a b/",
        "http://a/\r\nX: y", "http:// /", "127.0.0.1:80/x",
    ])
    func `a URL that is not plain absolute HTTP is refused`(url: String) async throws {
        try await withTransport { transport in
            #expect(await failure(of: direct(.get, url), on: transport)?.code == .invalidRequest)
        }
    }

    @Test func `a request that could be sent as another one is refused`() async throws {
        let url = "http://127.0.0.1:9/"
        let changes: [(inout Request) -> Void] = [
            { $0.headers = ["X": "a\r\nInjected: b"] }, { $0.headers = ["X\r\nY": "a"] }, { $0.headers = ["": "a"] },
            { $0.headers = ["Content-Length": "5"] }, { $0.headers = ["transfer-encoding": "chunked"] },
            { $0.headers = ["X": "nul\0"] }, { $0.method = Request.Method(rawValue: "GET /x HTTP/1.1\r\n") },
            { $0.method = Request.Method(rawValue: "") }, { $0.method = Request.Method(rawValue: "CONNECT") },
            { $0.timeout = .zero }, { $0.connectTimeout = .seconds(-1) }, { $0.idleTimeout = .zero },
            { $0.unixSocketPath = "" }, { $0.unixSocketPath = "/run/a\0b" }, { $0.responseSizeMaximum = -1 },
            { $0.redirectsMaximum = -1 }, { $0.proxy = .url("gopher://x") }, { $0.certificateAuthorityFile = "" },
        ]
        try await withTransport { transport in
            for (number, change) in changes.enumerated() {
                var request = direct(.get, url)
                change(&request)
                #expect(await failure(of: request, on: transport)?.code == .invalidRequest, "change \(number)")
            }
        }
    }

    @Test func `a transport that was shut down refuses what runs, what waits and what comes`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.waitForPeerToClose()
        } _: { server in
            let transport = try Transport(limits: Transport.Limits(activeMaximum: 1))
            await withTaskGroup(of: TransportError.Code?.self) { group in
                group.addTask { await failure(of: direct(.get, server.url + "/runs"), on: transport)?.code }
                #expect(await server.wait(for: .request("GET /runs HTTP/1.1")))
                group.addTask { await failure(of: direct(.get, server.url + "/waits"), on: transport)?.code }
                await transport.shutdown()
                for await code in group { #expect(code == .shutdown) }
            }
            #expect(await server.wait(for: .peerClosed))
            #expect(await failure(of: direct(.get, server.url), on: transport)?.code == .shutdown)
            await transport.shutdown()
        }
    }

    @Test func `a transport that was never used shuts down, and refuses what comes`() async throws {
        let transport = try Transport()
        await transport.shutdown()
        #expect(await failure(of: direct(.get, "http://localhost"), on: transport)?.code == .shutdown)
        await transport.shutdown()
    }

    @Test func `letting go of a transport closes its connections`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.answer(body: "x")
            connection.waitForPeerToClose()
        } _: { server in
            do {
                let transport = try Transport()
                _ = try await transport.send(direct(.get, server.url))
            }
            #expect(await server.wait(for: .peerClosed))
        }
    }
}
