import Model
import Testing

@Suite("SchemaExport")
struct SchemaExportTests {
    @Test func `every kind has a schema whose references lead somewhere`() throws {
        for descriptor in KindRegistry.descriptors {
            let schema = try #require(SchemaExport.jsonSchema(descriptor.kind))
            #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
            let definitions = schema["$defs"]?.objectValue ?? [:]
            for reference in references(in: schema) {
                #expect(reference.hasPrefix("#/$defs/"))
                #expect(definitions[String(reference.dropFirst("#/$defs/".count))] != nil, "\(reference)")
            }
            #expect(undescribed(schema, at: descriptor.kind.rawValue) == [])
        }
        #expect(SchemaExport.jsonSchema(KindName(rawValue: "Pod")) == nil)
    }

    @Test func `what this version does not have is not published`() throws {
        let schema = try #require(SchemaExport.jsonSchema(KindName(rawValue: "Blueprint")))
        let file = try #require(schema["$defs"]?["FileResource"]?["properties"]?.objectValue)
        #expect(file["owner"] != nil && file["content"]?["type"] == "string")
        #expect(file["sensitive"] == nil && file["when"] != nil && file["confirm"] == nil)
        #expect(schema["$defs"]?["CredentialContent"] == nil)
        #expect(schema["properties"]?["status"] == nil)
    }

    @Test func `rules between members are published`() throws {
        let schema = try #require(SchemaExport.jsonSchema(KindName(rawValue: "Blueprint")))
        let file = try #require(schema["$defs"]?["FileResource"])
        #expect(file["additionalProperties"] == false)
        #expect(file["required"] == ["file"])
        #expect(file["dependentRequired"] == ["parameters": ["template"]])
        let rules = try #require(file["allOf"]?.arrayValue)
        #expect(rules.contains(["not": ["required": ["content", "source"]]]))
        #expect(rules.contains(["not": ["required": ["absent", "mode"], "properties": ["absent": ["const": true]]]]))
        #expect(schema["$defs"]?["BlueprintSpec"]?["properties"]?["mode"]?["default"] == "enforce")
    }

    @Test func `the definitions of all kinds fit under one prefix`() {
        let definitions = SchemaExport.definitions(prefix: "#/components/schemas/")
        for descriptor in KindRegistry.descriptors {
            let schema = definitions[descriptor.kind.rawValue]
            #expect(schema?["properties"]?["metadata"]?["$ref"] == "#/components/schemas/Metadata")
            #expect(references(in: schema ?? .null).allSatisfy { $0.hasPrefix("#/components/schemas/") })
        }
        #expect(!definitions.values.contains(.null))
    }

    /// Objects that are encoded from the kinds' types with every member present must fit the schemas, so that type and
    /// schema cannot drift apart.
    @Test func `a full object of every kind fits its schema`() throws {
        for object in try FullObjects.all() {
            let schema = try #require(KindSchema.of(object.kind))
            for (name, part, value) in [("spec", schema.spec, object.spec), ("status", schema.status, object.status)] {
                var validator = SchemaValidator()
                validator.validate(PositionedValue(value), as: .object(part), at: FieldPath([.member(name)]))
                #expect(validator.findings.map { "\($0.path): \($0.message)" } == [], "\(object.kind.rawValue)")
                let unused = part.fields.filter { $0.isSupported && value[$0.name] == nil }.map(\.name)
                if object.kind != KindName(rawValue: "Source") || name != "spec" {
                    #expect(unused == [], "\(object.kind.rawValue).\(name)")
                }
            }
        }
    }

    private func references(in value: JSONValue) -> [String] {
        switch value {
        case .array(let elements): elements.flatMap(references)
        case .object(let members):
            members.flatMap { name, member in
                name == "$ref" ? [member.stringValue ?? ""] : references(in: member)
            }
        default: []
        }
    }

    private func undescribed(_ schema: JSONValue, at path: String) -> [String] {
        var paths: [String] = []
        for (name, property) in schema["properties"]?.objectValue ?? [:] where property["description"] == nil {
            paths.append("\(path).\(name)")
        }
        for (name, definition) in schema["$defs"]?.objectValue ?? [:] { paths += undescribed(definition, at: name) }
        return paths
    }
}

/// One object of each kind with every member present.
enum FullObjects {
    private static let time = WallTime(seconds: 1_767_225_600)
    private static let conditions = [
        Condition(
            type: .ready, status: .false, reason: Reason(rawValue: "Waiting"), message: "m", lastTransitionTime: time,
            observedGeneration: 3)
    ]
    private static let pause = Pause(by: "0:root", since: time, until: time)
    private static let meta = ObjectMeta(name: "x")

    static func all() throws -> [APIObject] {
        [
            try source().untyped(), try blueprint().untyped(), try resource().untyped(), try run().untyped(),
            try approval().untyped(), try event().untyped(),
        ]
    }

    private static func source() -> Object<SourceKind> {
        var spec = SourceKind.Spec()
        spec.git = "https://example.org/site.git"
        spec.ref = "main"
        spec.path = "."
        spec.intervalSeconds = 60
        spec.verify = SourceKind.SignatureRequirement(allowedSigners: "/etc/signers", gnupgHome: "/etc/gnupg")
        spec.removalLimitPercent = 20
        var status = SourceKind.Status()
        status.commit = "abc"
        status.generation = 2
        status.fetched = CommitDescription(commit: "abc", author: "A <a@b>", subject: "s", time: time)
        status.fetchTime = time
        status.badCommit = "def"
        status.held = SourceKind.HeldCommits(generation: 1, until: "abc", by: "0:root")
        status.paused = pause
        status.errors = [CompileDiagnostic(position: SourcePosition(file: "f", line: 1, column: 2), message: "m")]
        status.lastHandledReconcile = "t"
        status.conditions = conditions
        status.observedGeneration = 3
        return Object(metadata: meta, spec: spec, status: status)
    }

    private static func blueprint() -> Object<BlueprintKind> {
        var status = BlueprintKind.Status()
        status.commit = "abc"
        status.resources = 1
        status.withheld = 2
        status.paused = pause
        status.conditions = conditions
        status.observedGeneration = 3
        let spec: JSONValue = [
            "mode": "observe", "prune": true, "when": "true", "parameters": ["a": 1],
            "resources": [["file": "/etc/motd"]],
        ]
        return Object(metadata: meta, spec: spec, status: status)
    }

    private static func resource() -> Object<ResourceKind> {
        var actor = DriftActor(unknown: "u")
        actor.pid = 1
        actor.comm = "sh"
        actor.exe = "/bin/sh"
        actor.commandLine = "sh -c x"
        actor.uid = 0
        actor.loginUID = 1000
        actor.unit = "ssh.service"
        actor.session = "1"
        actor.ancestors = [DriftActor.Ancestor(pid: 2, comm: "sshd", exe: "/usr/sbin/sshd")]
        actor.confidence = "observed"
        var status = ResourceKind.Status()
        status.phase = .drifted
        status.message = "m"
        status.lastTransitionTime = time
        status.lastDrift = DriftRecord(time: time, repairedTime: time, run: "run-1", actor: actor)
        status.lastRun = "run-1"
        status.approve(ContentDigest(hashing: "attributes"), by: "run-1")
        status.paused = pause
        status.conditions = conditions
        let content = DeclaredContent(digest: ContentDigest(hashing: "x"), size: 1)
        let spec = ResourceKind.Spec(
            id: "unit:a.service", type: .unit, blueprint: "web",
            attributes: .unit(
                UnitAttributes(
                    isActive: true, isEnabled: false, isMasked: false, content: content, dropIns: ["a.conf": content],
                    restartOn: [ResourceID(type: .file, identity: "/etc/motd")],
                    reloadOn: [ResourceID(type: .file, identity: "/etc/motd")])))
        return Object(metadata: meta, spec: spec, status: status)
    }

    private static func run() -> Object<WorkflowRunKind> {
        var status = WorkflowRunKind.Status()
        status.phase = .running
        status.startTime = time
        status.completionTime = time
        status.stepsDone = 1
        status.stepsTotal = 2
        status.message = "m"
        status.conditions = conditions
        let spec = WorkflowRunKind.Spec(
            cause: .drift, commit: "abc", planHash: "sha256:x", changes: 1, requestedBy: "controller")
        return Object(metadata: meta, spec: spec, status: status)
    }

    private static func approval() -> Object<ApprovalKind> {
        var status = ApprovalKind.Status()
        status.decision = .approved
        status.by = "0:root"
        status.time = time
        status.conditions = conditions
        return Object(
            metadata: meta, spec: ApprovalKind.Spec(run: "run-1", planHash: "sha256:x", reason: "r"), status: status)
    }

    private static func event() -> Object<EventKind> {
        var spec = EventKind.Spec(
            involvedKind: "Resource", involvedName: "file:etc-motd", involvedUID: "u", type: "Normal",
            reason: "Repaired", message: "m", time: time, source: "vishnu")
        spec.involvedAPIVersion = "v1"
        spec.involvedNamespace = "default"
        spec.involvedResourceVersion = "1"
        spec.involvedFieldPath = "spec"
        spec.action = "Repair"
        spec.reportingInstance = "host"
        return Object(metadata: meta, spec: spec, status: EventKind.Status())
    }
}
