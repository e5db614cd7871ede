import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportStreamTests {
    @Test func `the head is there before the body`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { request in
                guard request.path == "/watch" else { return connection.answer() }
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Watch: yes\r\n\r\n")
                connection.waitForPeerToClose()
            }
        } _: { server in
            try await withTransport { transport in
                let response = try await transport.stream(direct(.get, server.url + "/watch"))
                #expect(response.status == 200)
                #expect(response.headers["X-Watch"] == "yes")
                response.body.cancel()
                #expect(await server.wait(for: .peerClosed))
                await #expect(throws: TransportError.self) { for try await _ in response.body {} }
            }
        }
    }

    @Test func `a slow reader holds the server back within the buffer, and gets every byte`() async throws {
        let blocks = (0..<512).map { [UInt8](repeating: UInt8($0 % 251), count: 16384) }
        let content = Array(blocks.joined())
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(content.count)\r\n\r\n")
            for block in blocks { connection.write(block) }
            connection.report.yield(.mark("all sent"))
        } _: { server in
            try await withTransport { transport in
                let response = try await transport.stream(direct(.get, server.url), bufferSize: 64 << 10)
                var offset = 0
                for try await chunk in response.body {
                    #expect(!chunk.isEmpty && chunk.count <= 64 << 10)
                    let isRight = chunk.elementsEqual(content[offset...].prefix(chunk.count))
                    #expect(isRight)
                    offset += chunk.count
                    for _ in 0..<20 { await Task.yield() }
                }
                #expect(offset == content.count)
            }
        }
    }

    @Test func `a stream outlives the timeout of its request, and a paused one its idle timeout`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { request in
                guard request.path == "/watch" else { return connection.waitForPeerToClose() }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")
                connection.write([UInt8](repeating: 1, count: 200_000))
            }
        } _: { server in
            try await withTransport { transport in
                var watch = direct(.get, server.url + "/watch")
                watch.timeout = .seconds(2)
                watch.idleTimeout = .seconds(2)
                let response = try await transport.stream(watch, bufferSize: 16 << 10)
                var silent = direct(.get, server.url + "/silent")
                silent.timeout = .milliseconds(2500)
                #expect(await failure(of: silent, on: transport)?.code == .timeout)
                var size = 0
                for try await chunk in response.body { size += chunk.count }
                #expect(size == 200_000)
            }
        }
    }

    @Test func `a stream that falls silent meets its idle timeout after what it sent`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.writeChunk("something")
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                var request = direct(.get, server.url)
                request.idleTimeout = .milliseconds(50)
                let response = try await transport.stream(request)
                var chunks = response.body.makeAsyncIterator()
                let chunk = try await chunks.next()
                #expect(chunk == Array("something".utf8))
                let ending = await code {
                    _ = try await chunks.next()
                }
                #expect(ending == .timeout)
            }
        }
    }

    @Test func `cancelling the reader closes the stream`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.writeChunk("first")
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                let response = try await transport.stream(direct(.get, server.url))
                let (firsts, first) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                await withTaskGroup(of: TransportError.Code?.self) { group in
                    group.addTask {
                        await code {
                            for try await _ in response.body { first.yield() }
                        }
                    }
                    for await _ in firsts { break }
                    group.cancelAll()
                    #expect(await group.next() == .cancelled)
                }
                #expect(await server.wait(for: .peerClosed))
            }
        }
    }

    @Test func `letting go of a stream closes it`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                let status = try await transport.stream(direct(.get, server.url)).status
                #expect(status == 200)
                #expect(await server.wait(for: .peerClosed))
            }
        }
    }

    @Test func `a stream that breaks gives what it had, then says why`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        } _: { server in
            try await withTransport { transport in
                let response = try await transport.stream(direct(.get, server.url))
                var bytes: [UInt8] = []
                let ending = await code {
                    for try await chunk in response.body { bytes += chunk }
                }
                #expect(ending == .closed)
                #expect(bytes == Array("abc".utf8))
            }
        }
    }

    @Test func `lines are found across chunks, and one that is too long ends them`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for chunk in ["{\"a\":", "1}\n{\"b\"", ":2}\r\n\n", "x", "\n", String(repeating: "y", count: 50)] {
                connection.writeChunk(chunk)
            }
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                let response = try await transport.stream(direct(.get, server.url))
                var lines: [String] = []
                let ending = await code {
                    for try await line in response.body.lines(lengthMaximum: 20) {
                        lines.append(String(decoding: line, as: UTF8.self))
                    }
                }
                #expect(ending == .tooLarge)
                #expect(lines == ["{\"a\":1}", "{\"b\":2}", "", "x"])
            }
        }
    }

    @Test func `the last line needs no line feed`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.answer(body: "one\ntwo")
        } _: { server in
            try await withTransport { transport in
                let response = try await transport.stream(direct(.get, server.url))
                var lines: [String] = []
                for try await line in response.body.lines() { lines.append(String(decoding: line, as: UTF8.self)) }
                #expect(lines == ["one", "two"])
            }
        }
    }
}
