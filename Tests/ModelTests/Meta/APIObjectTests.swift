import Model
import Testing

@Suite("APIObject")
struct APIObjectTests {
    private func object(_ name: String = "web", created: Int64? = nil) -> APIObject {
        var object = APIObject(
            kind: KindName(rawValue: "Blueprint"), metadata: ObjectMeta(name: name, labels: ["tier": "edge"]),
            spec: ["mode": "enforce", "resources": []],
            status: [
                "resources": 3,
                "conditions": [
                    [
                        "type": "Ready", "status": "True", "reason": "Converged", "message": "as declared",
                        "lastTransitionTime": "2026-01-01T00:00:00Z",
                    ]
                ],
            ])
        object.metadata.creationTimestamp = created.map { WallTime(seconds: $0) }
        object.metadata.resourceVersion = ResourceVersion(42)
        return object
    }

    @Test func `an object survives its JSON`() throws {
        let json = try object().json
        #expect(json["apiVersion"] == "aetheredge.io/v1")
        #expect(json["metadata"]?["resourceVersion"] == "42")
        #expect(try APIObject(json: json) == object())
    }

    @Test func `a client may leave out what the server sets`() throws {
        let read = try APIObject(json: [
            "apiVersion": "aetheredge.io/v1", "kind": "Approval",
            "metadata": ["generateName": "a-", "creationTimestamp": .null, "managedFields": []], "status": .null,
        ])
        #expect(read.metadata.name == "")
        #expect(read.metadata.generateName == "a-")
        #expect(read.spec == .object([:]))
        #expect(read.status == .object([:]))
    }

    @Test(
        arguments: [
            ([], "an object is expected, not a list"),
            (["kind": "Blueprint"], "cannot read field 'apiVersion': the field is missing"),
            (
                ["apiVersion": "v1", "kind": "Pod"],
                "cannot read field 'apiVersion': 'v1' is not served; write 'aetheredge.io/v1'"
            ),
            (["apiVersion": "aetheredge.io/v1"], "cannot read field 'kind': the field is missing"),
            (
                ["apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "specs": [:]],
                "unknown field 'specs'; did you mean 'spec'?"
            ),
            (
                ["apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "spec": []],
                "cannot read field 'spec': an object is expected, not a list"
            ),
            (
                ["apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "metadata": ["labels": ["a": 1]]],
                "cannot read field 'metadata.labels.a': a string is expected, not an integer"
            ),
            (
                ["apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "metadata": ["resourceVersion": "x"]],
                "cannot read field 'metadata.resourceVersion': 'x' is not a resource version"
            ),
        ] as [(JSONValue, String)])
    func `other JSON is refused with its field`(json: JSONValue, expected: String) {
        let error = #expect(throws: ModelError.self) { _ = try APIObject(json: json) }
        #expect(error?.message == expected)
    }

    @Test func `a list survives its JSON`() throws {
        let list = APIObjectList(
            kind: KindName(rawValue: "Blueprint"), items: [object("a"), object("b")], version: ResourceVersion(7),
            continueToken: "b")
        let json = try list.json
        #expect(json["kind"] == "BlueprintList")
        #expect(json["metadata"] == ["resourceVersion": "7", "continue": "b"])
        #expect(try APIObjectList(json: json) == list)
        #expect(throws: ModelError.self) { _ = try APIObjectList(json: try object().json) }
    }

    @Test func `values are found by their path, conditions by their type`() {
        #expect(object().value(at: ["status", "conditions", "Ready", "reason"]) == "Converged")
        #expect(object().value(at: ["status", "conditions", "Stalled", "reason"]) == nil)
        #expect(object().value(at: ["metadata", "labels", "tier"]) == "edge")
        #expect(object().value(at: ["spec", "mode", "deeper"]) == nil)
        #expect(object().value(at: ["kind"]) == "Blueprint")
        #expect(object().value(at: []) == nil)
    }

    @Test func `a table has the kind's columns between name and age`() throws {
        let table = ObjectTable(
            of: [object(created: 100), object("bare")], descriptor: BlueprintKind.descriptor,
            now: WallTime(seconds: 145))
        #expect(table.columns.map(\.name) == ["Name", "READY", "MODE", "RESOURCES", "WITHHELD", "REASON", "Age"])
        #expect(table.rows[0].cells == ["web", "True", "enforce", 3, .null, "Converged", "45s"])
        #expect(table.rows[1].cells.last == "<unknown>")
        let json = try table.json(listMetadata: ["resourceVersion": "1"], including: .metadata)
        #expect(json["kind"] == "Table")
        #expect(json["columnDefinitions"]?.arrayValue?[3]["type"] == "integer")
        #expect(json["rows"]?.arrayValue?.first?["object"]?["kind"] == "PartialObjectMetadata")
        #expect(try table.json(listMetadata: [:], including: .none)["rows"]?.arrayValue?.first?["object"] == nil)
    }

    @Test func `a failure survives its JSON`() throws {
        let status = APIStatus(
            failure: "NotFound", code: 404, message: "there is no blueprint 'web'",
            details: APIStatus.Details(
                name: "web", kind: "blueprints", causes: [APIStatus.Cause(message: "m", field: "f")]))
        let json = try status.json
        #expect(json["apiVersion"] == "v1")
        #expect(json["details"]?["group"] == "aetheredge.io")
        #expect(APIStatus(json: json) == status)
        #expect(APIStatus(json: ["kind": "Blueprint"]) == nil)
    }

    @Test func `every kind is read from an object without a status`() throws {
        for kind in KindRegistry.kinds { try readsEmptyStatus(kind) }
    }

    private func readsEmptyStatus<K: Kind>(_ kind: K.Type) throws {
        _ = try (.object([:]) as JSONValue).decode(K.Status.self, field: "status")
    }

    @Test func `a typed object survives its untyped form`() throws {
        var status = ResourceKind.Status()
        status.phase = .drifted
        status.lastDrift = DriftRecord(time: WallTime(seconds: 5), actor: DriftActor(unknown: "no rights"))
        let typed = Object<ResourceKind>(
            metadata: ObjectMeta(name: "file:etc-motd"),
            spec: ResourceKind.Spec(
                id: "file:/etc/motd", type: .file, blueprint: "web",
                attributes: .file(FileAttributes(owner: "root", mode: 0o4755))), status: status)
        let untyped = try typed.untyped()
        #expect(untyped.spec["attributes"] == ["file": ["owner": "root", "mode": "4755"]])
        #expect(try Object<ResourceKind>(untyped) == typed)
    }

    @Test func `a misfit names its field from the root`() {
        var object = APIObject(kind: KindName(rawValue: "WorkflowRun"), metadata: ObjectMeta(name: "run-1"))
        object.spec = ["cause": "whim"]
        let error = #expect(throws: ModelError.self) { _ = try Object<WorkflowRunKind>(object) }
        #expect(
            error?.message
                == "cannot read field 'spec.cause': 'whim' is not one of 'change', 'drift', 'prune', 'rollback', 'heal'"
        )
    }
}

@Suite("KindRegistry")
struct KindRegistryTests {
    @Test(arguments: [
        ("Blueprint", "Blueprint"), ("blueprints", "Blueprint"), ("blueprint", "Blueprint"), ("bp", "Blueprint"),
        ("RUNS", "WorkflowRun"), ("workflowruns.aetheredge.io", "WorkflowRun"), ("res", "Resource"), ("ev", "Event"),
    ])
    func `a kind is found by what people type`(typed: String, kind: String) {
        #expect(KindRegistry.descriptor(typed: typed)?.kind.rawValue == kind)
    }

    @Test func `an unknown kind says what was probably meant`() {
        #expect(KindRegistry.descriptor(typed: "pods") == nil)
        #expect(
            KindRegistry.unknownKindMessage("blueprnts") == "there is no kind 'blueprnts'; did you mean 'blueprints'?")
        #expect(KindRegistry.unknownKindMessage("pods") == "there is no kind 'pods'")
        #expect(KindRegistry.unknownKindMessage("policys") == "'Policy' is not supported in this version")
        #expect(KindRegistry.unknownKindMessage("incident") == "'Incident' is not supported in this version")
    }

    @Test func `no two kinds share a name`() {
        let names = KindRegistry.descriptors.flatMap { [$0.plural, $0.singular] + $0.shortNames }
        #expect(Set(names).count == names.count)
        #expect(KindRegistry.descriptor(plural: "approvals")?.kind.rawValue == "Approval")
        #expect(KindRegistry.descriptor(of: KindName(rawValue: "Event"))?.isReadOnly == true)
    }
}
