import ControlAPI
import ControlClient
import Model
import Store
import Testing

/// A blueprint that fits its schema.
func blueprint(_ name: String, mode: String = "enforce", labels: [String: String]? = nil) -> APIObject {
    APIObject(
        kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: name, labels: labels),
        spec: ["mode": .string(mode), "resources": [["directory": .string("/srv/\(name)")]]])
}

let blueprintKind = BlueprintKind.descriptor.kind

func blueprintKey(_ name: String) -> ObjectKey { ObjectKey(kind: blueprintKind, name: name) }

/// The error that a request is answered with.
func refusal(_ body: () async throws -> Void) async throws -> ControlClientError {
    do { try await body() } catch let error as ControlClientError { return error }
    throw UnexpectedSuccess()
}

struct UnexpectedSuccess: Error {}

@Suite struct ObjectTests {
    @Test func `an object that was asked for before is never older than the last write`() async throws {
        try await withServer { server in
            var object = try await server.client.create(blueprint("web"))
            for round in 1...20 {
                #expect(try await server.client.get(object.key) == object)
                #expect(try await server.client.get(object.key) == object)
                object.metadata.annotations = ["round": String(round)]
                object = try await server.client.update(object)
            }
            _ = try await server.client.delete(object.key)
            let refusal = try await refusal { _ = try await server.client.get(object.key) }
            #expect(refusal.code == .notFound)
        }
    }

    @Test func `an object is created, read, updated, patched, listed and deleted`() async throws {
        try await withServer { server in
            let client = server.client
            let created = try await client.create(blueprint("web", labels: ["tier": "edge"]))
            #expect(created.metadata.uid != nil)
            #expect(created.metadata.generation == 1)
            #expect(try await client.get(created.key) == created)

            var changed = created
            changed.spec = blueprint("web", mode: "observe").spec
            let updated = try await client.update(changed)
            #expect(updated.metadata.generation == 2)

            let patched = try await client.patch(
                created.key, .merge(["metadata": ["annotations": ["a": "b"], "labels": ["tier": .null]]]))
            #expect(patched.metadata.annotations == ["a": "b"])
            #expect(patched.metadata.labels?["tier"] == nil)
            #expect(patched.metadata.generation == 2)

            let again = try await client.patch(
                created.key, .json([["op": "replace", "path": "/spec/mode", "value": "propose"]]))
            #expect(again.spec["mode"] == "propose")

            #expect(try await client.list(blueprintKind).items == [again])
            try await client.delete(created.key)
            #expect(try await client.list(blueprintKind).items.isEmpty)
            #expect(
                server.recorder.audited.map(\.verb) == ["create", "update", "patch", "patch", "delete"])
        }
    }

    @Test func `an update of an older version is a conflict and changes nothing`() async throws {
        try await withServer { server in
            let old = try await server.client.create(blueprint("web"))
            _ = try await server.client.patch(old.key, .merge(["spec": ["mode": "observe"]]))
            let error = try await refusal { _ = try await server.client.update(old) }
            #expect(error.code == .conflict)
            #expect(try await server.client.get(old.key).spec["mode"] == "observe")
        }
    }

    @Test func `a spec that does not fit its schema is answered with a cause for each field`() async throws {
        try await withServer { server in
            var object = blueprint("web", mode: "enforec")
            object.metadata.labels = ["tier": "not a value!"]
            let error = try await refusal { _ = try await server.client.create(object) }
            #expect(error.code == .invalid)
            #expect(error.status?.code == 422)
            #expect(error.status?.details?.kind == "blueprints")
            let fields = (error.status?.details?.causes ?? []).map { $0.field ?? "" }
            #expect(fields.contains("spec.mode"))
            #expect(fields.contains { $0.hasPrefix("metadata.labels") })
            #expect(server.recorder.audited.isEmpty)
        }
    }

    @Test func `a dry run answers what would be and writes nothing`() async throws {
        try await withServer { server in
            let wouldBe = try await server.client.create(blueprint("web"), isDryRun: true)
            #expect(wouldBe.metadata.name == "web")
            let error = try await refusal { _ = try await server.client.get(wouldBe.key) }
            #expect(error.code == .notFound)
            #expect(server.recorder.audited.isEmpty)
        }
    }

    @Test func `the spec of an object that a source owns is not writable, its annotations are`() async throws {
        try await withServer { server in
            let stored = try await server.store.create(
                blueprint("web", labels: [ownerLabel: "default"]), durability: .deferred)
            let client = server.client
            let change = ObjectPatch.merge(["spec": ["mode": "observe"]])
            let spec = try await refusal { _ = try await client.patch(stored.key, change) }
            #expect(spec.message.contains("owned by Source default; commit there or pause"))
            #expect(spec.code == .conflict)
            let deletion = try await refusal { try await client.delete(stored.key) }
            #expect(deletion.code == .conflict)
            let label = try await refusal {
                _ = try await client.patch(stored.key, .merge(["metadata": ["labels": [ownerLabel: .null]]]))
            }
            #expect(label.code == .conflict)
            #expect(try await client.patch(stored.key, change, isDryRun: true).spec["mode"] == "observe")
            #expect(try await client.get(stored.key) == stored)
            let annotated = try await client.patch(
                stored.key, .merge(["metadata": ["annotations": ["n": "1"], "labels": ["x": "y"]]]))
            #expect(annotated.metadata.annotations == ["n": "1"])
            #expect(annotated.metadata.labels == [ownerLabel: "default", "x": "y"])
        }
    }

    @Test func `nobody makes a source, a run or an owned object through the API`() async throws {
        try await withServer { server in
            for kind in [SourceKind.descriptor.kind, WorkflowRunKind.descriptor.kind, ApprovalKind.descriptor.kind] {
                let object = APIObject(kind: kind, metadata: ObjectMeta(name: "x"))
                let error = try await refusal { _ = try await server.client.create(object) }
                let isReadOnly = KindRegistry.descriptor(of: kind)?.isReadOnly == true
                #expect(error.status?.code == (isReadOnly ? 405 : 409), "\(kind.rawValue)")
            }
            let owned = blueprint("web", labels: [ownerLabel: "default"])
            #expect(try await refusal { _ = try await server.client.create(owned) }.code == .invalid)
            let event = APIObject(kind: EventKind.descriptor.kind, metadata: ObjectMeta(name: "x"))
            let readOnly = try await refusal { _ = try await server.client.create(event) }
            #expect(readOnly.status?.code == 405)
        }
    }

    @Test func `a change is refused when it cannot be audited`() async throws {
        try await withServer { server in
            let stored = try await server.client.create(blueprint("web"))
            server.recorder.breakAudit()
            let error = try await refusal {
                _ = try await server.client.patch(stored.key, .merge(["spec": ["mode": "observe"]]))
            }
            #expect(error.code == .unavailable)
            #expect(try await server.client.get(stored.key) == stored)
        }
    }

    @Test func `selectors and pages give every selected object once`() async throws {
        try await withServer { server in
            for index in 0..<25 {
                let name = "b-\(String(index + 100).dropFirst())"
                _ = try await server.store.create(
                    blueprint(name, labels: ["even": index % 2 == 0 ? "yes" : "no"]), durability: .deferred)
            }
            let even = try await server.client.list(blueprintKind, ListOptions(labelSelector: "even=yes"))
            #expect(even.items.count == 13)
            let one = try await server.client.list(blueprintKind, ListOptions(fieldSelector: "metadata.name=b-07"))
            #expect(one.items.map(\.metadata.name) == ["b-07"])
            var names: [String] = []
            var token: String?
            repeat {
                var parameters = [("limit", "4"), ("labelSelector", "even=yes")]
                if let token { parameters.append(("continue", token)) }
                let bytes = try await server.client.send(
                    path: "/apis/aetheredge.io/v1/blueprints", parameters: parameters)
                let page = try APIObjectList(json: try JSONValue(parsing: bytes))
                #expect(page.items.count <= 4)
                names += page.items.map(\.metadata.name)
                token = page.continueToken
            } while token != nil
            #expect(names == even.items.map(\.metadata.name))
        }
    }

    @Test func `a resource is found by its name in every form`() async throws {
        try await withServer { server in
            let id = ResourceID(type: .directory, identity: "/srv/my data")
            let declared = DeclaredResource(
                id: id, attributes: .directory(DirectoryAttributes()), blueprint: "b",
                position: SourcePosition(file: "b.yaml", line: 1, column: 1))
            try server.resources.write(
                [ResourceUpdate(id, phase: .inSync, declared: declared)], at: WallTime(seconds: 1),
                durability: .deferred)
            for name in [id.name, "directory:/srv/my data", "directory:%2Fsrv%2Fmy%20data"] {
                let object = try await server.client.get(ResourceKind.self, name)
                #expect(object.spec.id == "directory:/srv/my data")
            }
            let write = try await refusal {
                try await server.client.delete(ObjectKey(kind: ResourceKind.descriptor.kind, name: id.name))
            }
            #expect(write.status?.code == 405)
            let metrics = try await server.client.send(path: "/metrics", accept: "*/*")
            #expect(String(decoding: metrics, as: UTF8.self).contains("aetheredge_resources{phase="))
        }
    }

    @Test func `discovery names every kind, its verbs and its subresources`() async throws {
        try await withServer { server in
            let bytes = try await server.client.send(path: "/apis/aetheredge.io/v1")
            let list = try JSONValue(parsing: bytes)
            var verbs: [String: [String]] = [:]
            for resource in list["resources"]?.arrayValue ?? [] {
                verbs[resource["name"]?.stringValue ?? ""] =
                    (resource["verbs"]?.arrayValue ?? []).compactMap(\.stringValue)
            }
            #expect(verbs["blueprints"]?.contains("create") == true)
            #expect(verbs["resources"] == ["get", "list", "watch"])
            #expect(verbs["resources/diff"] == ["get"])
            #expect(verbs["sources/plan"] == ["create"])
            #expect(verbs["approvals/decision"] == ["create"])
            for descriptor in KindRegistry.descriptors { #expect(verbs[descriptor.plural] != nil) }
        }
    }

    @Test func `what is not JSON, or not for the kind, is refused by its media type or name`() async throws {
        try await withServer { server in
            let path = "/apis/aetheredge.io/v1/blueprints"
            _ = try await server.store.create(blueprint("web"), durability: .deferred)
            for (method, path, type, body, code) in [
                ("POST", path, "application/yaml", "a: b", 400), ("POST", path, "text/csv", "a,b", 415),
                ("POST", path, "application/json", "", 400),
                ("PATCH", path + "/web", "application/strategic-merge-patch+json", "{}", 415),
                ("PATCH", path + "/web", "application/merge-patch+json", "[]", 400),
                ("PATCH", path + "/web", "application/json-patch+json", "[{\"op\":\"x\",\"path\":\"/spec\"}]", 400),
                ("PATCH", path + "/web", "application/merge-patch+json", "{\"metadata\":{\"name\":\"x\"}}", 422),
                ("PUT", path + "/other", "application/json", try blueprint("web").json.canonicalText, 400),
                (
                    "POST", "/apis/aetheredge.io/v1/sources", "application/json",
                    try blueprint("web").json.canonicalText, 400
                ),
                ("POST", path, "application/json", try blueprint("web").json.canonicalText, 409),
                ("GET", path + "?fieldSelector=nothing%3D1", "", "", 400),
                ("GET", path + "?continue=x", "", "", 400), ("GET", path + "?limit=-1", "", "", 400),
                ("GET", path + "?watch=true&resourceVersion=x", "", "", 400),
            ] {
                let error = try await refusal {
                    _ = try await server.client.send(method, path: path, contentType: type, body: Array(body.utf8))
                }
                #expect(error.status?.code == code, "\(method) \(path) \(type) \(body)")
            }
        }
    }

    @Test func `a list longer than a page is streamed whole`() async throws {
        var limits = ServerLimits()
        limits.pageSize = 7
        try await withServer(limits: limits) { server in
            for index in 0..<50 {
                _ = try await server.store.create(blueprint("b-\(index + 100)"), durability: .deferred)
            }
            for parameters: [(String, String)] in [[], [("limit", "50")], [("limit", "30")]] {
                let bytes = try await server.client.send(
                    path: "/apis/aetheredge.io/v1/blueprints", parameters: parameters)
                let list = try APIObjectList(json: try JSONValue(parsing: bytes))
                #expect(list.items.count == (parameters.first?.1 == "30" ? 30 : 50))
                #expect((list.continueToken != nil) == (parameters.first?.1 == "30"))
            }
            let table = try await server.client.send(
                path: "/apis/aetheredge.io/v1/blueprints",
                accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
            let json = try JSONValue(parsing: table)
            #expect(json["kind"] == "Table")
            #expect(json["rows"]?.arrayValue?.count == 50)
            #expect(json["columnDefinitions"]?.arrayValue?.first?["name"] == "Name")
        }
    }
}
