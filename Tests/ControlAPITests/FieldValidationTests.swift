import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

@Suite struct FieldValidationTests {
    private let typo = blueprintJSON("web", ["mdoe": "observe", "resources": [["file": "/a", "ownr": "root"]]])
    private let twice = """
        {"apiVersion":"aetheredge.io/v1","kind":"Blueprint","metadata":{"name":"web"},
        "spec":{"mode":"observe","mode":"enforce","resources":[]}}
        """

    @Test func `strict validation names every field that is unknown or stands twice`() async throws {
        try await withServer { server in
            let unknown = try await server.request("POST", blueprintsPath + "?fieldValidation=Strict", typo)
            #expect(unknown.status == 400)
            let message = try unknown.json["message"]?.stringValue ?? ""
            #expect(
                message == "Blueprint in version \"v1\" cannot be handled as a Blueprint: strict decoding error: "
                    + "unknown field \"spec.mdoe\" (did you mean \"mode\"?), "
                    + "unknown field \"spec.resources[0].ownr\" (did you mean \"owner\"?)")
            let causes = try unknown.json["details"]?["causes"]?.arrayValue ?? []
            #expect(causes.map { $0["field"]?.stringValue } == ["spec.mdoe", "spec.resources[0].ownr"])
            let duplicate = try await server.request("POST", blueprintsPath + "?fieldValidation=Strict", text: twice)
            #expect(duplicate.status == 400)
            #expect(duplicate.body.contains(#"duplicate field \"spec.mode\""#))
            #expect(try await server.client.list(blueprintKind).items.isEmpty)
        }
    }

    @Test func `without a wish unknown fields are left out with a warning`() async throws {
        try await withServer { server in
            let created = try await server.request("POST", blueprintsPath, typo)
            #expect(created.status == 201)
            #expect(
                created.values(of: "Warning") == [
                    #"299 - "unknown field \"spec.mdoe\" (did you mean \"mode\"?)""#,
                    #"299 - "unknown field \"spec.resources[0].ownr\" (did you mean \"owner\"?)""#,
                ])
            #expect(try created.json["spec"] == ["mode": "enforce", "prune": false, "resources": [["file": "/a"]]])
            let patched = try await server.request(
                "PATCH", blueprintsPath + "/web?fieldValidation=Ignore", type: "application/merge-patch+json",
                ["metadata": ["nonsense": 1], "status": ["x": 1]])
            #expect(patched.status == 200)
            #expect(patched.values(of: "Warning").isEmpty)
            let last = try await server.request("PUT", blueprintsPath + "/web", text: twice)
            #expect(last.values(of: "Warning") == [#"299 - "duplicate field \"spec.mode\"""#])
            #expect(try last.json["spec"]?["mode"] == "enforce")
        }
    }

    @Test func `what this version does not have is refused, never left out`() async throws {
        try await withServer { server in
            let answer = try await server.request(
                "POST", blueprintsPath + "?fieldValidation=Ignore",
                blueprintJSON("web", ["resources": [["file": "/etc/motd", "sensitive": true]]]))
            #expect(answer.status == 422)
            #expect(answer.body.contains("not supported in this version"))
        }
    }

    @Test func `a word that no validation has is refused`() async throws {
        try await withServer { server in
            for query in ["fieldValidation=Maybe", "dryRun=Some", "force=perhaps"] {
                let answer = try await server.request("POST", blueprintsPath + "?" + query, typo)
                #expect([400, 422].contains(answer.status), "\(query)")
            }
        }
    }

    @Test func `a namespace is refused, as no kind has one`() async throws {
        try await withServer { server in
            let answer = try await server.request(
                "POST", blueprintsPath,
                [
                    "apiVersion": "aetheredge.io/v1", "kind": "Blueprint",
                    "metadata": ["name": "a", "namespace": "default"], "spec": ["resources": []],
                ])
            #expect(answer.status == 422)
            #expect(try answer.json["details"]?["causes"]?.arrayValue?.first?["field"] == "metadata.namespace")
        }
    }

    @Test func `a name is made from its prefix, also when nothing is written`() async throws {
        try await withServer { server in
            let body: JSONValue = [
                "apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "metadata": ["generateName": "web-"],
                "spec": ["resources": []],
            ]
            for query in ["?dryRun=All", ""] {
                let name = try await server.request("POST", blueprintsPath + query, body).json["metadata"]?["name"]
                #expect(name?.stringValue?.count == 9)
                #expect(name?.stringValue?.hasPrefix("web-") == true)
            }
            #expect(try await server.client.list(blueprintKind).items.count == 1)
        }
    }

    @Test func `bodies beyond the bounds are refused with a status, and the server goes on`() async throws {
        try await withServer { server in
            let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            for (method, path, type) in [
                ("POST", blueprintsPath, "application/json"), ("POST", blueprintsPath, "application/yaml"),
                ("PATCH", blueprintsPath + "/web?fieldManager=x", "application/apply-patch+yaml"),
                ("DELETE", blueprintsPath, "application/json"),
            ] {
                let answer = try await server.request(method, path, type: type, text: deep)
                #expect(answer.status == 400, "\(method) \(type)")
                #expect(try answer.json["kind"] == "Status")
                #expect(try answer.json["reason"] == "BadRequest")
                let message = try answer.json["message"]?.stringValue ?? ""
                #expect(message.contains("deeper than") && message.contains("levels"), "\(message)")
                if !type.hasSuffix("yaml") {
                    #expect(message.contains("column 65") && message.contains("64 levels"), "\(message)")
                }
            }
            let large = try RawConnection(server.socketPath)
            try await large.send(
                "POST \(blueprintsPath) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(64 << 20)\r\n\r\n")
            let refused = try await large.read(until: "RequestEntityTooLarge")
            #expect(refused.hasPrefix("HTTP/1.1 413"))
            try await server.expectAnswer()
        }
    }
}
