import ControlClient
import Model
import Store
import TestSupport
import Testing

@testable import ControlAPI

@Suite struct RevocationTests {
    private func head(_ method: String, _ path: String, _ token: String) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
    }

    private func get(_ server: ServerFixture, _ token: String) async throws -> String {
        try await RawConnection.exchange(
            server.socketPath, head("GET", blueprintsPath, token) + "Connection: close\r\n\r\n")
    }

    private func revoke(_ server: ServerFixture, _ id: String, by token: String) async throws -> String {
        let body = #"{"spec":{"id":"\#(id)"}}"#
        return try await RawConnection.exchange(
            server.socketPath,
            head("POST", "/apis/aetheredge.io/v1/tokenrevocations", token) + "Connection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    @Test func `a revoked token is refused from the next request on, and others hold`() async throws {
        try await withServer { server in
            let wish = TokenWish(user: "mira", groups: ["aetheredge"])
            let token = try await server.client.makeToken(wish)
            let other = try await server.client.makeToken(wish)
            #expect(try await get(server, token.token).contains(" 200 "))
            let revoked = try await server.client.revokeToken(token.id)
            #expect(revoked.id == token.id && revoked.until > token.expirationTimestamp)
            let refused = try await get(server, token.token)
            #expect(refused.contains(" 401 ") && refused.contains("\(token.id) was revoked"))
            #expect(try await get(server, other.token).contains(" 200 "))
            // Again is no error.
            #expect(try await server.client.revokeToken(token.id).until == revoked.until)
            #expect(server.recorder.audited.last?.object == "TokenRequest/\(token.id)")
            #expect(server.recorder.audited.last?.verb == "delete")
        }
    }

    @Test func `a watch of a revoked token ends before its next event`() async throws {
        try await withServer { server in
            let token = try await server.client.makeToken(TokenWish(user: "mira", groups: ["aetheredge"]))
            let watch = try RawConnection(server.socketPath)
            try await watch.send(head("GET", blueprintsPath + "?watch=1", token.token) + "\r\n")
            #expect(try await watch.read(until: "\r\n\r\n").contains("200 OK"))
            _ = try await server.client.revokeToken(token.id)
            _ = try await server.store.create(blueprint("b"), durability: .deferred)
            let event = try await watch.read(until: "\n\r\n")
            #expect(event.contains("\"code\":401") && !event.contains("ADDED"), "\(event)")
            watch.close()
        }
    }

    @Test func `a token revokes itself, others only for administrators, and ids have a form`() async throws {
        try await withServer { server in
            let mira = try await server.client.makeToken(TokenWish(user: "mira", groups: ["aetheredge"]))
            let root = try await server.client.makeToken(TokenWish())
            #expect(try await revoke(server, root.id, by: mira.token).contains(" 403 "))
            #expect(try await revoke(server, mira.id, by: mira.token).contains(" 201 "))
            #expect(try await revoke(server, mira.id, by: mira.token).contains(" 401 "))
            for id in ["", "x", "0123456789abcdeg", root.token] {
                let error = try await refusal { _ = try await server.client.revokeToken(id) }
                #expect(error.status?.code == 422, "\(id)")
            }
        }
    }

    @Test(.tags(.i8)) func `revocations are kept until the token would have ended, so many of them`() async throws {
        let kept = RevokedTokens()
        let revocations = TokenRevocations([:], store: kept.change)
        let now = WallTime(seconds: 1_000_000)
        for number in 0..<TokenRevocations.limit { _ = try await revocations.revoke("id-\(number)", now: now) }
        let error = await #expect(throws: APIFailure.self) { try await revocations.revoke("one more", now: now) }
        #expect(error?.status.code == 429 && error?.status.message.contains("token.key") == true)
        #expect(!revocations.contains("one more") && revocations.contains("id-0"))
        // After a restart they are known.
        let stored = try await kept.change { $0 }
        #expect(TokenRevocations(stored, store: kept.change).contains("id-999"))
        let later = WallTime(seconds: 1_000_000 + TokenRevocations.secondsMaximum)
        _ = try await revocations.revoke("one more", now: later)
        #expect(revocations.contains("one more") && !revocations.contains("id-0"))
        #expect(try await kept.change { $0 }.count == 1)
    }
}
