import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportSendTests {
    @Test func `an answer comes back whole, with its head, timings and URL`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in
                connection.answer("201 Created", fields: ["X-One: 1", "x-one:2 ", "Empty:"], body: "hello")
            }
        } _: { server in
            let response = try await withTransport { try await $0.send(direct(.get, server.url + "/a?token=secret")) }
            #expect(response.status == 201)
            #expect(response.head.isSuccess)
            #expect(response.headers["x-ONE"] == "1")
            #expect(response.headers.values(of: "X-One") == ["1", "2"])
            #expect(response.headers["Empty"]?.isEmpty == true)
            #expect(response.body == Array("hello".utf8))
            #expect(response.timings.total >= response.timings.firstByte)
            #expect(response.timings.firstByte > .zero)
            #expect(response.url == server.url + "/a?…")
        }
    }

    @Test func `a body is sent as it is, without an expectation or an invented type`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { request in
                #expect(request.line == "PATCH /things HTTP/1.1")
                #expect(request.body.count == 2 << 20)
                #expect(request.value(of: "Expect") == nil)
                #expect(request.value(of: "Content-Type") == nil)
                #expect(request.value(of: "User-Agent") == "aetheredge")
                #expect(request.value(of: "X-Empty")?.isEmpty == true)
                connection.answer("204 No Content")
            }
        } _: { server in
            var request = direct(.patch, server.url + "/things")
            request.body = [UInt8](repeating: 7, count: 2 << 20)
            request.headers = ["X-Empty": ""]
            let sent = request
            let response = try await withTransport { try await $0.send(sent) }
            #expect(response.status == 204)
        }
    }

    @Test(arguments: [Request.Method.post, .put, .patch, .delete, .get, Request.Method(rawValue: "REPORT")])
    func `every method arrives as written`(method: Request.Method) async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach {
                connection.answer(body: $0.line + "|" + ($0.value(of: "Content-Length") ?? "none"))
            }
        } _: { server in
            let response = try await withTransport { try await $0.send(direct(method, server.url)) }
            let length = [.post, .put, .patch].contains(method) ? "0" : "none"
            #expect(String(decoding: response.body, as: UTF8.self) == "\(method.rawValue) / HTTP/1.1|\(length)")
        }
    }

    @Test func `chunks are joined, and interim answers and trailers are left out`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in
                connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nFolded: a\r\n b\r\n\r\n")
                connection.writeChunk("one,")
                connection.writeChunk("two")
                connection.write("0\r\nTrailer: late\r\n\r\n")
            }
        } _: { server in
            let response = try await withTransport { try await $0.send(direct(.get, server.url)) }
            #expect(response.status == 200)
            #expect(response.headers["Link"] == nil)
            #expect(response.headers["Trailer"] == nil)
            #expect(response.headers["Folded"] == "a b")
            #expect(String(decoding: response.body, as: UTF8.self) == "one,two")
        }
    }

    @Test func `a status of 500 is an answer`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in connection.answer("500 Oops", body: "why") }
        } _: { server in
            let response = try await withTransport { try await $0.send(direct(.get, server.url)) }
            #expect(response.status == 500)
            #expect(!response.head.isSuccess)
        }
    }

    @Test func `requests one after another share a connection`() async throws {
        try await LoopbackServer.with { connection in
            connection.report.yield(.mark("connection"))
            connection.answerEach { _ in connection.answer(body: "x") }
        } _: { server in
            try await withTransport { transport in
                for _ in 1...3 { _ = try await transport.send(direct(.get, server.url)) }
            }
            server.report.finish()
            var accepted = 0
            for await event in server.events where event == .accepted { accepted += 1 }
            #expect(accepted == 1)
        }
    }

    @Test func `a connection that the server closed meanwhile is replaced`() async throws {
        try await LoopbackServer.with { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer(body: "once")
        } _: { server in
            try await withTransport { transport in
                for _ in 1...3 { try await expectSuccess(of: direct(.get, server.url), on: transport) }
            }
        }
    }

    @Test func `a head is answered without the body that it announces`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n") }
        } _: { server in
            let response = try await withTransport { try await $0.send(direct(.head, server.url)) }
            #expect(response.headers["content-length"] == "99999999")
            #expect(response.body.isEmpty)
        }
    }

    @Test func `two hundred requests at once are all answered, never more at once than allowed`() async throws {
        let gauge = Gauge()
        try await LoopbackServer.with { connection in
            connection.answerEach { request in
                gauge.enter()
                gauge.leave()
                connection.answer(body: request.path)
            }
        } _: { server in
            try await withTransport(limits: Transport.Limits(activeMaximum: 8)) { transport in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 1...200 {
                        group.addTask {
                            let response = try await transport.send(direct(.get, "\(server.url)/\(number)"))
                            return String(decoding: response.body, as: UTF8.self) == "/\(number)"
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
            }
        }
        #expect(gauge.most <= 8)
        #expect(gauge.most >= 1)
    }
}
