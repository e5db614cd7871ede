import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportTLSTests {
    @Test func `a certificate is trusted only by the file of authorities that holds it, and only for its host`()
        async throws
    {
        try await TLSServer.with(host: "localhost") { server in
            try await withTransport { transport in
                var request = direct(.get, "https://localhost:\(server.port)/")
                let untrusted = await failure(of: request, on: transport)
                #expect(untrusted?.code == .tls)
                #expect(untrusted?.isRetriable == false)

                request.certificateAuthorityFile = server.certificate
                let response = try await transport.send(request)
                #expect(response.status == 200)
                #expect(response.timings.secured > .zero)

                request.url = "https://127.0.0.1:\(server.port)/"
                #expect(await failure(of: request, on: transport)?.code == .tls)

                request.certificateAuthorityFile = "/nonexistent/authorities.pem"
                #expect(await failure(of: request, on: transport)?.code == .tls)
            }
        }
    }

    @Test func `a server that does not speak TLS is a TLS failure`() async throws {
        try await LoopbackServer.with { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                let error = await failure(of: direct(.get, "https://127.0.0.1:\(server.port)/"), on: transport)
                #expect(error?.code == .tls)
            }
        }
    }
}
