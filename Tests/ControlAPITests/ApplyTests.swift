import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

@Suite struct ApplyTests {
    private static let type = "application/apply-patch+yaml"

    private func apply(
        _ server: ServerFixture, _ body: JSONValue, as manager: String, force: Bool = false, extra: String = ""
    ) async throws -> RawAnswer {
        let name = body["metadata"]?["name"]?.stringValue ?? ""
        return try await server.request(
            "PATCH", "\(blueprintsPath)/\(name)?fieldManager=\(manager)\(force ? "&force=true" : "")\(extra)",
            type: Self.type, body)
    }

    @Test func `applying makes an object, changes it, and is not needed twice`() async throws {
        try await withServer { server in
            let body = blueprintJSON("web", ["resources": [["file": "/a"]]], labels: ["tier": "edge"])
            let created = try await apply(server, body, as: "one")
            #expect(created.status == 201)
            let json = try created.json
            #expect(json["spec"]?["mode"] == "enforce", "defaults are filled in")
            #expect(json["metadata"]?["managedFields"]?.arrayValue?.count == 1)
            let again = try await apply(server, body, as: "one")
            #expect(again.status == 200)
            #expect(try again.json == json)
            let changed = try await apply(
                server, blueprintJSON("web", ["mode": "observe", "resources": [["file": "/a"]]]), as: "one")
            #expect(try changed.json["metadata"]?["labels"] == nil)
            #expect(try changed.json["metadata"]?["generation"] == 2)
            #expect(server.recorder.audited.map(\.verb) == ["patch", "patch", "patch"])
        }
    }

    @Test func `YAML is applied as well as JSON`() async throws {
        try await withServer { server in
            let yaml = """
                apiVersion: aetheredge.io/v1
                kind: Blueprint
                metadata: {name: web}
                spec:
                  resources:
                    - file: /a
                """
            let answer = try await server.request(
                "PATCH", blueprintsPath + "/web?fieldManager=x", type: Self.type, text: yaml)
            #expect(answer.status == 201)
            let broken = try await server.request(
                "PATCH", blueprintsPath + "/web?fieldManager=x", type: Self.type, text: "a: [")
            #expect(broken.status == 400)
            let two = try await server.request(
                "PATCH", blueprintsPath + "/web?fieldManager=x", type: Self.type, text: "a: 1\n---\nb: 2\n")
            #expect(two.status == 400)
            let posted = try await server.request(
                "POST", blueprintsPath, type: "application/yaml", text: yaml.replacing("name: web", with: "name: db"))
            #expect(posted.status == 201)
        }
    }

    @Test func `a conflict names the fields, and force takes them`() async throws {
        try await withServer { server in
            _ = try await apply(server, blueprintJSON("web", ["mode": "observe", "resources": []]), as: "one")
            let conflict = try await apply(server, blueprintJSON("web", ["mode": "enforce"]), as: "two")
            #expect(conflict.status == 409)
            let json = try conflict.json
            #expect(json["reason"] == "Conflict")
            #expect(
                json["message"] == #"Apply failed with 1 conflict: conflict with "one": .spec.mode"#)
            #expect(
                json["details"]?["causes"] == [
                    [
                        "reason": "FieldManagerConflict", "message": #"conflict with "one""#,
                        "field": ".spec.mode",
                    ]
                ])
            let forced = try await apply(server, blueprintJSON("web", ["mode": "enforce"]), as: "two", force: true)
            #expect(forced.status == 200)
            #expect(try forced.json["spec"]?["mode"] == "enforce")
            let patch = try await server.request(
                "PATCH", blueprintsPath + "/web?force=true", type: "application/merge-patch+json", ["spec": [:]])
            #expect(patch.status == 422)
        }
    }

    @Test func `writes are kept account of by the name that the client gives itself`() async throws {
        try await withServer { server in
            let created = try await server.request(
                "POST", blueprintsPath + "?fieldManager=maker", blueprintJSON("web", ["resources": []]))
            #expect(created.status == 201)
            let patched = try await server.request(
                "PATCH", blueprintsPath + "/web", type: "application/merge-patch+json", agent: "curl/8.0",
                ["metadata": ["labels": ["a": "b"]]])
            let entries = try patched.json["metadata"]?["managedFields"]?.arrayValue ?? []
            #expect(entries.count == 2)
            #expect(entries.allSatisfy { $0["operation"] == "Update" && $0["fieldsType"] == "FieldsV1" })
            #expect(
                entries.first { $0["manager"] == "maker" }?["fieldsV1"]
                    == ["f:spec": ["f:mode": [:], "f:prune": [:], "f:resources": [:]]])
            #expect(
                entries.first { $0["manager"] == "curl" }?["fieldsV1"]
                    == ["f:metadata": ["f:labels": [".": [:], "f:a": [:]]]])
            let status = try await server.request(
                "PATCH", blueprintsPath + "/web/status", type: "application/merge-patch+json", agent: "operator/1",
                ["status": ["commit": "c"]])
            let managers = try status.json["metadata"]?["managedFields"]?.arrayValue ?? []
            #expect(managers.first { $0["manager"] == "operator" }?["subresource"] == "status")
            let forgotten = try await server.request(
                "PATCH", blueprintsPath + "/web", type: "application/merge-patch+json",
                ["metadata": ["managedFields": [[:]]]])
            #expect(try forgotten.json["metadata"]?["managedFields"] == nil)
        }
    }

    @Test func `what cannot be applied is refused with its reason`() async throws {
        try await withServer { server in
            let good = blueprintJSON("web", ["resources": []])
            let path = blueprintsPath + "/web"
            let nameless = try await server.request("PATCH", path, type: Self.type, good)
            #expect(nameless.status == 422)
            #expect(nameless.body.contains("fieldManager: Required value"))
            for (body, code) in [
                (blueprintJSON("other", ["resources": []]), 400), (["kind": "Blueprint"] as JSONValue, 400),
                (["apiVersion": "v1", "kind": "Blueprint"], 400), (["apiVersion": "aetheredge.io/v1"], 400),
                (blueprintJSON("web", ["resources": [["file": "relative"]]]), 422),
                (
                    [
                        "apiVersion": "aetheredge.io/v1", "kind": "Blueprint",
                        "metadata": ["name": "web", "uid": "x"], "spec": ["resources": []],
                    ], 409
                ),
                (
                    [
                        "apiVersion": "aetheredge.io/v1", "kind": "Blueprint",
                        "metadata": ["name": "web", "managedFields": [["manager": "x"]]], "spec": ["resources": []],
                    ], 400
                ),
            ] {
                let answer = try await server.request("PATCH", path + "?fieldManager=x", type: Self.type, body)
                #expect(answer.status == code, "\(body.canonicalText): \(answer.body)")
            }
            let status = try await server.request("PATCH", path + "/status?fieldManager=x", type: Self.type, good)
            #expect(status.status == 404)
            let long = String(repeating: "m", count: 200)
            #expect(
                try await server.request("PATCH", path + "?fieldManager=\(long)", type: Self.type, good).status == 422)
            #expect(try await server.client.list(blueprintKind).items.isEmpty)
        }
    }

    @Test func `a dry run of an apply shows what would be and writes nothing`() async throws {
        try await withServer { server in
            let body = blueprintJSON("web", ["resources": []])
            let made = try await apply(server, body, as: "x", extra: "&dryRun=All")
            #expect(made.status == 201)
            #expect(try made.json["metadata"]?["uid"] != nil)
            #expect(try await server.client.list(blueprintKind).items.isEmpty)
            _ = try await apply(server, body, as: "x")
            let stored = try await server.client.get(blueprintKey("web"))
            let shown = try await apply(
                server, blueprintJSON("web", ["mode": "observe", "resources": []]), as: "x", extra: "&dryRun=All")
            #expect(try shown.json["spec"]?["mode"] == "observe")
            #expect(try await server.client.get(blueprintKey("web")) == stored)
        }
    }

    @Test func `the spec of an object that a source owns is not taken over by applying`() async throws {
        try await withServer { server in
            let stored = try await server.store.create(
                blueprint("web", labels: [ownerLabel: "default"]), durability: .deferred)
            let refused = try await apply(
                server, blueprintJSON("web", ["mode": "observe"]), as: "x", force: true)
            #expect(refused.status == 409)
            #expect(refused.body.contains("owned by Source default"))
            #expect(try await server.client.get(stored.key) == stored)
        }
    }
}
