import ControlClient
import Glibc
import LinuxIO
import Model
import Testing

@testable import ControlAPI

@Suite struct ReviewTests {
    /// What kubectl 1.32 sends for `auth can-i list sources`.
    private static let accessReview: [UInt8] =
        [0x6B, 0x38, 0x73, 0x00, 0x0A, 0x32, 0x0A, 0x17] + Array("authorization.k8s.io/v1".utf8) + [0x12, 0x17]
        + Array("SelfSubjectAccessReview".utf8) + [0x12, 0x4D, 0x0A, 0x10, 0x0A, 0x00, 0x12, 0x00, 0x1A, 0x00, 0x22]
        + [0x00, 0x2A, 0x00, 0x32, 0x00, 0x38, 0x00, 0x42, 0x00, 0x12, 0x2F, 0x0A, 0x2D, 0x0A, 0x07]
        + Array("default".utf8) + [0x12, 0x04] + Array("list".utf8) + [0x1A, 0x0D] + Array("aetheredge.io".utf8)
        + [0x22, 0x00, 0x2A, 0x07] + Array("sources".utf8) + [0x32, 0x00, 0x3A, 0x00, 0x1A, 0x08, 0x08, 0x00, 0x12]
        + [0x00, 0x1A, 0x00, 0x20, 0x00, 0x1A, 0x00, 0x22, 0x00]

    private static let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    private static let protobuf = "application/vnd.kubernetes.protobuf"

    @Test func `a review is read as protobuf and answered as JSON`() async throws {
        try await withServer { server in
            let bytes = try await server.client.send(
                "POST", path: Self.path, contentType: Self.protobuf, body: Self.accessReview)
            let answer = try JSONValue(parsing: bytes)
            #expect(answer["status"]?["allowed"] == true)
            #expect(answer["spec"]?["resourceAttributes"]?["resource"] == "sources")
            #expect(answer["spec"]?["resourceAttributes"]?["verb"] == "list")
            #expect(answer["apiVersion"] == "authorization.k8s.io/v1")
        }
    }

    @Test func `protobuf that is cut, or of another kind, is refused and harms nothing`() async throws {
        try await withServer { server in
            // The last two fields are empty and may be missing.
            var bodies = (1..<Self.accessReview.count - 4).map { Array(Self.accessReview[..<$0]) }.filter {
                !$0.isEmpty
            }
            bodies.append(
                Array(Self.accessReview[..<4]) + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
            bodies.append(
                Array(Self.accessReview[..<4]) + [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
            bodies.append(Array("k8s\u{0}{}".utf8))
            for body in bodies {
                let error = try await refusal {
                    _ = try await server.client.send(
                        "POST", path: Self.path, contentType: Self.protobuf, body: body)
                }
                #expect(error.status?.code == 400)
            }
            let rules = try await refusal {
                _ = try await server.client.send(
                    "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                    contentType: Self.protobuf, body: Self.accessReview)
            }
            #expect(rules.status?.code == 400)
            try await server.expectAnswer()
        }
    }

    @Test(arguments: [
        ("{}", 422), ("[]", 400), ("{", 400), ("{\"kind\":\"Pod\"}", 400), ("{\"spec\":1}", 422),
        ("{\"spec\":{\"resourceAttributes\":{\"verb\":7}}}", 422), ("{\"spec\":{\"unknown\":1}}", 422),
        ("{\"spec\":{\"nonResourceAttributes\":{\"path\":\"/metrics\",\"verb\":\"get\"}}}", 201),
    ])
    func `a review says what is wrong with it`(_ body: String, _ code: Int) async throws {
        try await withServer { server in
            do {
                _ = try await server.client.send("POST", path: Self.path, body: Array(body.utf8))
                #expect(code == 201)
            } catch let error as ControlClientError {
                #expect(error.status?.code == code)
            }
        }
    }

    @Test func `what a review says is what a request meets`() async throws {
        try await withServer { server in
            let token = try await server.client.makeToken(TokenWish(user: "mira", groups: ["aetheredge"]))
            for (verb, resource, isAllowed) in [
                ("list", "sources", true), ("watch", "resources", true), ("delete", "blueprints", false),
                ("create", "sources/plan", true), ("create", "sources/reconcile", false), ("list", "pods", false),
                ("fly", "sources", false), ("*", "*", false), ("get", "resources/content", false),
                ("list", "roles", true), ("create", "roles", false),
            ] {
                let parts = resource.split(separator: "/").map(String.init)
                var attributes: [String: JSONValue] = [
                    "verb": .string(verb), "group": .string(apiGroupName), "resource": .string(parts[0]),
                ]
                if parts.count > 1 { attributes["subresource"] = .string(parts[1]) }
                let body = JSONValue.object(["spec": ["resourceAttributes": .object(attributes)]]).canonicalText
                let answer = try await RawConnection.exchange(
                    server.socketPath,
                    "POST \(Self.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token.token)\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                        + "Connection: close\r\n\r\n\(body)")
                #expect(answer.contains("\"allowed\":\(isAllowed)"), "\(verb) \(resource): \(answer)")
            }
        }
    }

    @Test func `a user who makes token after token is stopped before the audit log is full`() async throws {
        guard geteuid() == 0 else { return }
        var limits = ServerLimits()
        limits.tokensPerMinute = 3
        try await withServer(limits: limits) { server in
            var codes: [String] = []
            for _ in 0..<6 {
                let worker = try WorkerThread(name: "curl")
                let command =
                    "setpriv --reuid=65534 --regid=65534 --clear-groups curl -s -o /dev/null -w '%{http_code}' "
                    + "--max-time 20 --unix-socket '\(server.socketPath)' -d '{}' -H 'Content-Type: application/json' "
                    + "http://localhost/apis/aetheredge.io/v1/tokenrequests"
                codes.append(
                    try await worker.run {
                        guard let pipe = popen(command, "r") else { throw UnexpectedSuccess() }
                        defer { pclose(pipe) }
                        var bytes: [UInt8] = []
                        while case let byte = getc(pipe), byte >= 0 { bytes.append(UInt8(truncatingIfNeeded: byte)) }
                        return String(decoding: bytes, as: UTF8.self)
                    })
            }
            // The minute may turn within the test.
            #expect(codes.filter { $0 == "429" }.count >= 1, "\(codes)")
            #expect(codes.prefix(3).allSatisfy { $0 == "201" }, "\(codes)")
            #expect(server.recorder.audited.count == codes.filter { $0 == "201" }.count)
        }
    }

    @Test func `a token is for the caller, for others only by administrators, and within bounds`() async throws {
        try await withServer { server in
            let own = try await server.client.makeToken(TokenWish(expirationSeconds: 60))
            #expect(own.user == "root")
            for wish in [
                TokenWish(expirationSeconds: 59), TokenWish(expirationSeconds: 86_401), TokenWish(user: "a b"),
            ] {
                let error = try await refusal { _ = try await server.client.makeToken(wish) }
                #expect(error.status?.code == 422)
            }
            #expect(server.recorder.audited.map(\.object) == ["TokenRequest/root/\(own.id)"])
        }
    }
}
