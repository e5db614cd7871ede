import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportCancellationTests {
    @Test func `cancelling the task closes the connection and throws`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                await withTaskGroup(of: TransportError.Code?.self) { group in
                    group.addTask { await failure(of: direct(.get, server.url), on: transport)?.code }
                    #expect(await server.wait(for: .request("GET / HTTP/1.1")))
                    group.cancelAll()
                    #expect(await group.next() == .cancelled)
                    #expect(await server.wait(for: .peerClosed))
                }
            }
        }
    }

    @Test func `a task that was cancelled before it asked sends nothing`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in connection.answer() }
        } _: { server in
            try await withTransport { transport in
                let code = await withTaskGroup(of: TransportError.Code?.self) { group in
                    group.cancelAll()
                    group.addTask { await failure(of: direct(.get, server.url), on: transport)?.code }
                    return await group.next() ?? nil
                }
                #expect(code == .cancelled)
            }
        }
    }

    @Test func `a cancelled request leaves the queue and the next one takes its turn`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { request in
                if request.path == "/held" {
                    connection.waitForPeerToClose()
                } else {
                    connection.answer(body: request.path)
                }
            }
        } _: { server in
            try await withTransport(limits: Transport.Limits(activeMaximum: 1)) { transport in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        #expect(
                            await failure(of: direct(.get, server.url + "/held"), on: transport)?.code == .cancelled)
                    }
                    #expect(await server.wait(for: .request("GET /held HTTP/1.1")))
                    let waiting = await withTaskGroup(of: TransportError.Code?.self) { waiters in
                        waiters.addTask { await failure(of: direct(.get, server.url + "/never"), on: transport)?.code }
                        waiters.cancelAll()
                        return await waiters.next() ?? nil
                    }
                    #expect(waiting == .cancelled)
                    group.cancelAll()
                }
                let next = try await transport.send(direct(.get, server.url + "/next"))
                #expect(next.body == Array("/next".utf8))
            }
        }
    }

    @Test func `requests that are cancelled at random moments are each answered once`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { connection.answer(body: $0.path) }
        } _: { server in
            try await withTransport(limits: Transport.Limits(activeMaximum: 4)) { transport in
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            await withTaskGroup(of: Void.self) { inner in
                                inner.addTask {
                                    let code = await code {
                                        _ = try await transport.send(direct(.get, "\(server.url)/\(number)"))
                                    }
                                    #expect(code == nil || code == .cancelled)
                                }
                                for _ in 0..<(number % 10) { await Task.yield() }
                                inner.cancelAll()
                            }
                        }
                    }
                }
                let after = try await transport.send(direct(.get, server.url + "/after"))
                #expect(after.status == 200)
            }
        }
    }
}
