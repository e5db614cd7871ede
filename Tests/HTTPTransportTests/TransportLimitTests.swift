import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportLimitTests {
    @Test func `a body that announces more than the limit is refused before it is read`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                var request = direct(.get, server.url)
                request.responseSizeMaximum = 1000
                let error = await failure(of: request, on: transport)
                #expect(error?.code == .tooLarge)
                #expect(error?.isRetriable == false)
                #expect(await server.wait(for: .peerClosed))
            }
        }
    }

    @Test func `an endless body is cut off at the limit`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.writeChunk(String(repeating: "x", count: 4096)) {}
            connection.report.yield(.mark("cut off"))
        } _: { server in
            try await withTransport { transport in
                let error = await failure(of: direct(.get, server.url), on: transport)
                #expect(error?.code == .tooLarge)
                #expect(await server.wait(for: .mark("cut off")))
            }
        }
    }

    @Test func `a body of exactly the limit is taken`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in connection.answer(body: String(repeating: "x", count: 1000)) }
        } _: { server in
            var request = direct(.get, server.url)
            request.responseSizeMaximum = 1000
            let sent = request
            let response = try await withTransport { try await $0.send(sent) }
            #expect(response.body.count == 1000)
        }
    }

    @Test func `an endless head is cut off`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-Filler: \(String(repeating: "y", count: 1000))\r\n") {}
        } _: { server in
            try await withTransport { transport in
                #expect(await failure(of: direct(.get, server.url), on: transport)?.code == .tooLarge)
            }
        }
    }

    @Test func `a silent server costs no more than the timeout`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                var request = direct(.get, server.url)
                request.timeout = .milliseconds(50)
                let error = await failure(of: request, on: transport)
                #expect(error?.code == .timeout)
                #expect(error?.isRetriable == true)
                #expect(await server.wait(for: .peerClosed))
            }
        }
    }

    @Test func `a server that stalls in its body meets the idle timeout`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                var request = direct(.get, server.url)
                request.idleTimeout = .milliseconds(50)
                let error = await failure(of: request, on: transport)
                #expect(error?.code == .timeout)
                #expect(error?.message.contains("no byte moved") == true)
            }
        }
    }

    @Test func `a request beyond room and queue is refused at once`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport(limits: Transport.Limits(activeMaximum: 1, waitingMaximum: 0)) { transport in
                await withTaskGroup(of: TransportError?.self) { group in
                    group.addTask { await failure(of: direct(.get, server.url + "/first"), on: transport) }
                    #expect(await server.wait(for: .request("GET /first HTTP/1.1")))
                    #expect(await failure(of: direct(.get, server.url), on: transport)?.code == .overloaded)
                    group.cancelAll()
                    #expect(await group.next()??.code == .cancelled)
                }
            }
        }
    }

    @Test func `a request that waits for a place gives up at its timeout`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport(limits: Transport.Limits(activeMaximum: 1)) { transport in
                await withTaskGroup(of: TransportError?.self) { group in
                    group.addTask { await failure(of: direct(.get, server.url + "/first"), on: transport) }
                    #expect(await server.wait(for: .request("GET /first HTTP/1.1")))
                    var second = direct(.get, server.url)
                    second.timeout = .milliseconds(30)
                    let error = await failure(of: second, on: transport)
                    #expect(error?.code == .timeout)
                    #expect(error?.message.contains("for a place") == true)
                    group.cancelAll()
                }
            }
        }
    }
}
