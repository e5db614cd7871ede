import FoundationEssentials
import Glibc
import Testing

/// How clients show who they are, and what they may do.
@Suite struct AccessConformanceTests {
    @Test(arguments: Kubectl.installed)
    func `whoever asks hears who they are and what they may do`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            #expect(try await cluster.output(kubectl, "auth", "can-i", "create", "blueprints").contains("yes"))
            #expect(try await cluster.output(kubectl, "auth", "can-i", "--list").contains("*.*"))
            if !kubectl.isOld {
                let who = try await cluster.output(kubectl, "auth", "whoami")
                #expect(who.contains("token-id"))
            }
        }
    }

    @Test(arguments: Kubectl.installed)
    func `a role lets somebody do one thing, and its end takes it away at once`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let made = try await cluster.aetherctl("token", "--user", "mira", "--groups", "operators")
            let token = "--token=" + made.output.filter { $0 != "\n" }
            let refused = try await cluster.run(kubectl, token, "get", "sources")
            #expect(refused.status == 1)
            #expect(refused.error.contains("Forbidden"), "\(refused)")
            let role = """
                apiVersion: aetheredge.io/v1
                kind: Role
                metadata: {name: look}
                spec:
                  rules:
                  - {verbs: [get, list], resources: [sources]}
                ---
                apiVersion: aetheredge.io/v1
                kind: RoleBinding
                metadata: {name: operators-look}
                spec: {role: look, groups: [operators]}
                """
            _ = try await cluster.output(kubectl, "apply", "-f", "-", input: role)
            #expect(try await cluster.output(kubectl, token, "get", "sources").contains("default"))
            #expect(try await cluster.output(kubectl, token, "auth", "can-i", "list", "sources").contains("yes"))
            let no = try await cluster.run(kubectl, token, "auth", "can-i", "delete", "blueprints")
            #expect(no.status == 1)
            #expect(no.output.contains("no"))
            #expect(try await cluster.output(kubectl, token, "auth", "can-i", "--list").contains("sources"))
            let more = try await cluster.run(
                kubectl, token, "patch", "role", "look", "--type=merge", "-p", #"{"metadata":{"labels":{"a":"b"}}}"#)
            #expect(more.status == 1)
            _ = try await cluster.output(kubectl, "delete", "rolebinding", "operators-look")
            let again = try await cluster.run(kubectl, token, "get", "sources")
            #expect(again.error.contains("Forbidden"), "\(again)")
        }
    }

    @Test(arguments: Kubectl.installed.prefix(1))
    func `what is changed through the proxy is recorded with the token`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let made = try await cluster.aetherctl(
                "token", "--user", "mira", "--groups", "aetheredge-admin", "-o", "json")
            let fields = made.output.split(separator: "\"").map(String.init)
            func field(_ name: String) throws -> String {
                let index = try #require(fields.firstIndex(of: name))
                return fields[index + 2]
            }
            let role = """
                {"apiVersion":"aetheredge.io/v1","kind":"Role","metadata":{"name":"by-mira"},"spec":{"rules":[]}}
                """
            _ = try await cluster.output(
                kubectl, "--token=" + (try field("token")), "create", "-f", "-", input: role)
            let directory = cluster.root + "/var/lib/aetheredge/audit"
            let log = try FileManager.default.contentsOfDirectory(atPath: directory).map {
                try read("\(directory)/\($0)")
            }
            let record = log.joined().split(separator: "\n").first { $0.contains("Role/by-mira") }
            let line = try #require(record)
            #expect(line.contains("\"actor\":\"65534:mira\""), "\(line)")
            #expect(line.contains("\"token\":\"\(try field("id"))\""), "\(line)")
            #expect(line.contains("\"peer\":\(geteuid())"), "\(line)")
            #expect(log.joined().contains("TokenRequest/mira/\(try field("id"))"))
        }
    }

    @Test func `without a token, or with a wrong one, nobody is let in`() async throws {
        try await withCluster { cluster in
            let url = "https://127.0.0.1:\(cluster.port)/apis/aetheredge.io/v1/sources"
            for header in ["X-None: 1", "Authorization: Bearer a.b.c", "Authorization: Basic cm9vdDo="] {
                let answer = try await cluster.command.run(
                    ["curl", "-sk", "--max-time", "30", "-w", " %{http_code}", "-H", header, url])
                #expect(answer.output.hasSuffix(" 401"), "\(answer)")
                #expect(answer.output.contains("\"reason\":\"Unauthorized\""))
            }
            let made = try await cluster.aetherctl("token")
            let token = made.output.filter { $0 != "\n" }
            let forged = String(token.dropLast(2)) + (token.hasSuffix("AA") ? "BB" : "AA")
            let answer = try await cluster.curl(
                "/apis/aetheredge.io/v1/sources", "-H", "Authorization: Bearer \(forged)")
            #expect(answer.output.contains("\"code\":401"))
            let second = try await cluster.curl(
                "/apis/aetheredge.io/v1/tokenrequests", "-H", "Authorization: Bearer \(token)", "-d", "{}", "-H",
                "Content-Type: application/json")
            #expect(second.output.contains("a token cannot make another"))
        }
    }
}
