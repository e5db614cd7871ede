import ControlClient
import LinuxIO
import Logging
import Model
import Store
import Testing

@testable import ControlAPI

@Suite struct RoleTests {
    private typealias Rule = RoleKind.Rule

    private func wants(
        _ verb: String, _ resource: String, _ subresource: String = "", _ name: String = "",
        group: String = apiGroupName
    ) -> AccessAttributes {
        AccessAttributes(verb: verb, group: group, resource: resource, subresource: subresource, name: name)
    }

    @Test func `a rule covers verbs, resources and names, and no more`() {
        let rule = Rule(verbs: ["get", "list"], resources: ["blueprints", "resources/diff", "*/status", "sources/*"])
        #expect(rule.allows(wants("get", "blueprints", "", "a")))
        #expect(!rule.allows(wants("delete", "blueprints", "", "a")))
        #expect(!rule.allows(wants("get", "blueprints", "pause")))
        #expect(rule.allows(wants("get", "blueprints", "status")))
        #expect(rule.allows(wants("get", "resources", "diff")))
        #expect(!rule.allows(wants("get", "resources")))
        #expect(rule.allows(wants("get", "sources", "summary")))
        #expect(!rule.allows(wants("get", "sources")))
        #expect(!rule.allows(wants("get", "blueprints", group: "")))
        #expect(!rule.allows(wants("*", "blueprints")))
        let named = Rule(verbs: ["*"], resources: ["*"], resourceNames: ["a"])
        #expect(named.allows(wants("delete", "blueprints", "", "a")))
        #expect(!named.allows(wants("delete", "blueprints", "", "b")))
        #expect(!named.allows(wants("list", "blueprints")))
    }

    @Test func `no rule lets anybody change who may do what`() {
        let all = Rule(verbs: ["*"], resources: ["*", "roles", "rolebindings", "roles/*"])
        for resource in ["roles", "rolebindings"] {
            for verb in ["create", "update", "patch", "delete", "deletecollection", "*", "escalate"] {
                #expect(!all.allows(wants(verb, resource)))
                #expect(!all.allows(wants(verb, resource, "status")))
            }
            #expect(all.allows(wants("list", resource)))
        }
        #expect(!all.allows(wants("*", "*")))
        #expect(all.allows(wants("delete", "blueprints")))
    }

    private func caller(_ name: String, groups: [String] = []) -> Caller {
        Caller(
            Peer(
                credentials: PeerCredentials(pid: 1, uid: 4000, gid: 4000, groups: []), name: name, groups: groups))
    }

    @Test func `roles hold for users and groups while they are bound, and nothing is allowed while unknown`()
        async throws
    {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let book = RoleBook(reader: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let look = RoleKind.Spec(rules: [Rule(verbs: ["get"], resources: ["blueprints"])])
        _ = try await store.create(
            try Object<RoleKind>(metadata: ObjectMeta(name: "look"), spec: look, status: RoleKind.Status()).untyped(),
            durability: .synced)
        let binding = RoleBindingKind.Spec(role: "look", users: ["mira"], groups: ["operators"])
        _ = try await store.create(
            try Object<RoleBindingKind>(
                metadata: ObjectMeta(name: "b"), spec: binding, status: RoleBindingKind.Status()
            ).untyped(), durability: .synced)
        let attributes = wants("get", "blueprints", "", "a")
        #expect(!book.allows(attributes, caller("mira")))
        try await book.refresh()
        #expect(book.allows(attributes, caller("mira")))
        #expect(book.allows(attributes, caller("ada", groups: ["operators"])))
        #expect(!book.allows(attributes, caller("ada", groups: ["mira"])))
        #expect(!book.allows(attributes, caller("operators")))
        _ = try await store.delete(
            ObjectKey(kind: RoleBindingKind.descriptor.kind, name: "b"), precondition: nil)
        try await book.refresh()
        #expect(!book.allows(attributes, caller("mira")))
    }

    @Test func `a list of one name by its selector is a list of that name, and of no other`() async throws {
        try await withServer { server in
            let token = try await server.client.makeToken(TokenWish(user: "mira", groups: [])).token
            let base = "/apis/aetheredge.io/v1/"
            let rules =
                "[{\"verbs\":[\"get\",\"list\",\"watch\"],\"resources\":[\"blueprints\"],\"resourceNames\":[\"a\"]}]"
            for (path, rest) in [
                ("roles", "\"kind\":\"Role\",\"spec\":{\"rules\":\(rules)}}"),
                ("rolebindings", "\"kind\":\"RoleBinding\",\"spec\":{\"role\":\"r\",\"users\":[\"mira\"]}}"),
            ] {
                let head = "{\"apiVersion\":\"aetheredge.io/v1\",\"metadata\":{\"name\":\"r\"},"
                _ = try await server.client.send("POST", path: base + path, body: Array((head + rest).utf8))
            }
            for (query, code) in [
                ("?fieldSelector=metadata.name%3Da", "200"), ("?fieldSelector=metadata.name%3D%3Da", "200"),
                ("?fieldSelector=metadata.name%3Db", "403"), ("?fieldSelector=metadata.name!%3Da", "403"),
                ("?fieldSelector=metadata.name%3Da,metadata.name%3Db", "403"), ("", "403"),
                ("?fieldSelector=metadata.name%3Da&fieldSelector=metadata.name%3Db", "200"), ("/a", "404"),
                ("/b", "403"),
            ] {
                let answer = try await RawConnection.exchange(
                    server.socketPath,
                    "GET \(base)blueprints\(query) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                        + "Connection: close\r\n\r\n")
                #expect(answer.dropFirst(9).prefix(3) == code, "\(query)")
            }
        }
    }

    @Test(arguments: [false, true])
    func `a watch ends before what its caller may not see any more`(_ isRoleKept: Bool) async throws {
        try await withServer { server in
            let token = try await server.client.makeToken(TokenWish(user: "mira", groups: [])).token
            let base = "/apis/aetheredge.io/v1/"
            let head = #"{"apiVersion":"aetheredge.io/v1","metadata":{"name":"r"},"#
            let rules = #"[{"verbs":["list","watch"],"resources":["blueprints"]}]"#
            for (path, rest) in [
                ("roles", #""kind":"Role","spec":{"rules":"# + rules + "}}"),
                ("rolebindings", #""kind":"RoleBinding","spec":{"role":"r","users":["mira"]}}"#),
            ] {
                _ = try await server.client.send("POST", path: base + path, body: Array((head + rest).utf8))
            }
            let watch = try RawConnection(server.socketPath)
            try await watch.send(
                "GET \(base)blueprints?watch=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n")
            #expect(try await watch.read(until: "\r\n\r\n").contains("200 OK"))
            if !isRoleKept { _ = try await server.client.send("DELETE", path: base + "rolebindings/r") }
            let blueprint = #"{"kind":"Blueprint","spec":{"resources":[]},"# + head.dropFirst()
            _ = try await server.client.send(
                "POST", path: base + "blueprints", body: Array((blueprint.dropLast() + "}").utf8))
            let event = try await watch.read(until: "\n\r\n")
            #expect(event.contains("\"type\":\"ADDED\"") == isRoleKept, "\(event)")
            #expect(event.contains("\"code\":403") == !isRoleKept, "\(event)")
            watch.close()
        }
    }

    @Test func `a role with a kind that does not exist is refused`() async throws {
        try await withServer { server in
            let body = """
                {"apiVersion":"aetheredge.io/v1","kind":"Role","metadata":{"name":"r"},
                "spec":{"rules":[{"verbs":["get"],"resources":["blueprnts/status"]}]}}
                """
            let error = try await refusal {
                _ = try await server.client.send("POST", path: "/apis/aetheredge.io/v1/roles", body: Array(body.utf8))
            }
            #expect(error.status?.code == 422)
            #expect(error.status?.details?.causes?.first?.field == "spec.rules[0].resources[0]")
            #expect(error.message.contains("did you mean 'blueprints'?"))
        }
    }

    @Test func `a change of a role holds as soon as it is answered`() async throws {
        try await withServer { server in
            let token = try await server.client.makeToken(TokenWish(user: "mira", groups: []))
            func list() async throws -> String {
                try await RawConnection.exchange(
                    server.socketPath,
                    "GET /apis/aetheredge.io/v1/blueprints HTTP/1.1\r\nHost: x\r\n"
                        + "Authorization: Bearer \(token.token)\r\nConnection: close\r\n\r\n")
            }
            #expect(try await list().contains(" 403 "))
            let base = "/apis/aetheredge.io/v1/"
            let head = "{\"apiVersion\":\"aetheredge.io/v1\",\"metadata\":{\"name\":\"r\"},"
            for (path, rest) in [
                ("roles", "\"kind\":\"Role\",\"spec\":{\"rules\":[{\"verbs\":[\"list\"],\"resources\":[\"*\"]}]}}"),
                ("rolebindings", "\"kind\":\"RoleBinding\",\"spec\":{\"role\":\"r\",\"users\":[\"mira\"]}}"),
            ] {
                _ = try await server.client.send("POST", path: base + path, body: Array((head + rest).utf8))
            }
            for _ in 0..<20 {
                #expect(try await list().contains(" 200 "))
                _ = try await server.client.send("DELETE", path: base + "roles/r")
                #expect(try await list().contains(" 403 "))
                let role =
                    head + "\"kind\":\"Role\",\"spec\":{\"rules\":[{\"verbs\":[\"list\"],\"resources\":[\"*\"]}]}}"
                _ = try await server.client.send("POST", path: base + "roles", body: Array(role.utf8))
            }
        }
    }
}
