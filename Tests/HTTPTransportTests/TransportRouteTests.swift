import Glibc
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct TransportRouteTests {
    @Test(arguments: [0, 60])
    func `a Unix socket is reached whatever the length of its path`(directoryLength: Int) async throws {
        try await withTemporaryDirectory { directory in
            let deep = directoryLength == 0 ? directory : directory + "/" + String(repeating: "d", count: 100)
            mkdir(deep, 0o700)
            let descriptor = open(deep, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { close(descriptor) }
            try await LoopbackServer.with(unixSocket: (descriptor, "control.sock")) { connection in
                connection.answerEach { connection.answer(body: ($0.value(of: "Host") ?? "") + $0.path) }
            } _: { _ in
                try await withTransport { transport in
                    var request = Request(.get, "http://localhost/version")
                    request.unixSocketPath = deep + "/control.sock"
                    for _ in 1...2 {
                        let response = try await transport.send(request)
                        #expect(response.body == Array("localhost/version".utf8))
                    }
                }
            }
        }
    }

    @Test func `a Unix socket that is missing is a failed connection`() async throws {
        try await withTemporaryDirectory { directory in
            try await withTransport { transport in
                for path in ["/none.sock", "/none/" + String(repeating: "x", count: 120)] {
                    var request = Request(.get, "http://localhost/")
                    request.unixSocketPath = directory + path
                    #expect(await failure(of: request, on: transport)?.code == .connect)
                }
            }
        }
    }

    @Test func `a proxy gets the whole URL`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { connection.answer(body: $0.line) }
        } _: { proxy in
            let request = Request(.get, "http://site.example/page", proxy: .url(proxy.url))
            let response = try await withTransport { try await $0.send(request) }
            #expect(response.body == Array("GET http://site.example/page HTTP/1.1".utf8))
        }
    }

    @Test func `a proxy that refuses a tunnel is named as the culprit`() async throws {
        try await LoopbackServer.with { connection in
            connection.answerEach { _ in connection.answer("403 Forbidden") }
        } _: { proxy in
            try await withTransport { transport in
                let request = Request(.get, "https://site.example/page", proxy: .url(proxy.url))
                let error = await failure(of: request, on: transport)
                #expect(error?.code == .proxy)
                #expect(error?.message.contains("403") == true)
            }
        }
    }

    @Test func `sockets are closed in programs that are started meanwhile`() async throws {
        try await LoopbackServer.with { connection in
            _ = connection.readRequest()
            connection.waitForPeerToClose()
        } _: { server in
            try await withTransport { transport in
                await withTaskGroup(of: TransportError?.self) { group in
                    group.addTask { await failure(of: direct(.get, server.url), on: transport) }
                    #expect(await server.wait(for: .request("GET / HTTP/1.1")))
                    #expect(Self.inheritableSockets(toward: server.port).isEmpty)
                    group.cancelAll()
                }
            }
        }
    }

    /// Descriptors connected to a loopback port that a new program would keep.
    private static func inheritableSockets(toward port: UInt16) -> [Int32] {
        (0..<1024).filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            guard flags >= 0, flags & FD_CLOEXEC == 0 else { return false }
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            // Safety: the address outlives the call, and its size is passed with it.
            let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 }
            }
            return isConnected && address.sin_family == sa_family_t(AF_INET) && address.sin_port == port.bigEndian
        }
    }
}
