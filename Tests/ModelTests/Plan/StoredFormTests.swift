import Model
import Testing

/// The forms in which plans and declarations are stored: a change of one needs a migration.
@Suite("StoredForms")
struct StoredFormTests {
    private static let content = DeclaredContent(digest: ContentDigest(hashing: "x"), size: 1)
    private static let digest = ContentDigest(hashing: "x").description

    @Test(
        arguments: [
            (
                .writeFile(path: "/a", content: content, metadata: FileMetadata(owner: 0, mode: 0o644)),
                [
                    "writeFile": [
                        "path": "/a", "content": ["digest": .string(digest), "size": 1],
                        "metadata": ["owner": 0, "mode": 420],
                    ]
                ]
            ),
            (
                .setMetadata(path: "/a", metadata: FileMetadata(group: 7)),
                ["setMetadata": ["path": "/a", "metadata": ["group": 7]]]
            ),
            (.remove(path: "/a"), ["remove": ["path": "/a"]]),
            (
                .makeDirectory(path: "/a", metadata: FileMetadata()),
                ["makeDirectory": ["path": "/a", "metadata": .object([:])]]
            ),
            (
                .makeSymlink(path: "/a", target: "b", metadata: FileMetadata()),
                ["makeSymlink": ["path": "/a", "target": "b", "metadata": .object([:])]]
            ),
            (.unit(name: "a.service", action: .restart), ["unit": ["name": "a.service", "action": "restart"]]),
            (.reloadUnitFiles, ["reloadUnitFiles": .object([:])]),
        ] as [(Model.Operation, JSONValue)])
    func `an operation keeps its form`(operation: Model.Operation, form: JSONValue) throws {
        #expect(try JSONValue(encoding: operation) == form)
        #expect(try form.decode(Model.Operation.self, field: "") == operation)
    }

    @Test(
        arguments: [
            (
                .exec(arguments: ["a", "-b"], timeoutSeconds: 5),
                ["exec": ["arguments": ["a", "-b"], "timeoutSeconds": 5]]
            ),
            (
                .http(url: "http://a", statuses: [200], timeoutSeconds: 5),
                ["http": ["url": "http://a", "statuses": [200], "timeoutSeconds": 5]]
            ),
            (.tcp(host: "a", port: 1, timeoutSeconds: 5), ["tcp": ["host": "a", "port": 1, "timeoutSeconds": 5]]),
            (
                .unitActive(name: "a.service", timeoutSeconds: 5),
                ["unitActive": ["name": "a.service", "timeoutSeconds": 5]]
            ),
        ] as [(Probe, JSONValue)])
    func `a probe keeps its form`(probe: Probe, form: JSONValue) throws {
        #expect(try JSONValue(encoding: probe) == form)
        #expect(try form.decode(Probe.self, field: "") == probe)
    }

    @Test func `a declaration keeps its form`() throws {
        let declared = DeclaredResource(
            id: ResourceID(type: .directory, identity: "/srv"),
            attributes: .directory(DirectoryAttributes(owner: "app", mode: 0o2750, isRecursive: true)),
            blueprint: "web",
            mode: .propose, position: SourcePosition(file: "f", line: 1, column: 2), onDrift: .report,
            isProtected: true,
            prune: true, verify: [.unitActive(name: "a.service", timeoutSeconds: 1)], labels: ["a": "b"],
            dependencies: [ResourceID(type: .file, identity: "/etc/motd")])
        let form: JSONValue = [
            "id": "directory:/srv", "attributes": ["directory": ["owner": "app", "mode": "2750", "recurse": true]],
            "blueprint": "web", "mode": "propose", "position": ["file": "f", "line": 1, "column": 2],
            "onDrift": "report", "isProtected": true, "prune": true,
            "verify": [["unitActive": ["name": "a.service", "timeoutSeconds": 1]]], "labels": ["a": "b"],
            "dependencies": ["file:/etc/motd"],
        ]
        #expect(try JSONValue(encoding: declared) == form)
        #expect(try form.decode(DeclaredResource.self, field: "") == declared)
    }

    @Test(
        arguments: [
            .file(FileAttributes(content: content, owner: "root", group: "0", mode: 0o4755)),
            .file(FileAttributes(isAbsent: true)),
            .directory(DirectoryAttributes(purge: true)),
            .symlink(SymlinkAttributes(target: "../x", owner: "root")),
            .unit(
                UnitAttributes(
                    isActive: true, isEnabled: false, isMasked: false, content: content, dropIns: ["a.conf": content],
                    restartOn: [ResourceID(type: .file, identity: "/a")],
                    reloadOn: [ResourceID(type: .file, identity: "/b")])),
            .unit(UnitAttributes()),
        ] as [ResourceAttributes])
    func `attributes survive`(attributes: ResourceAttributes) throws {
        let form = try JSONValue(encoding: attributes)
        #expect(form.objectValue?.keys.map { $0 } == [attributes.type.rawValue])
        #expect(try JSONValue(parsing: form.canonicalBytes).decode(ResourceAttributes.self, field: "") == attributes)
    }

    @Test(
        arguments: [
            (.object([:]), "cannot read field 'a': one of 'file', 'directory', 'symlink', 'unit' is expected"),
            (["package": [:]], "cannot read field 'a': one of 'file', 'directory', 'symlink', 'unit' is expected"),
            (["file": ["mode": "9"]], "cannot read field 'a.file.mode': '9' is not a mode such as '0644'"),
            (["file": ["mode": 420]], "cannot read field 'a.file.mode': a string is expected, not an integer"),
            (
                ["unit": ["restartOn": ["x"]]],
                "cannot read field 'a.unit.restartOn[0]': 'x' is not a resource; write TYPE:NAME, "
                    + "such as 'file:/etc/motd'"
            ),
        ] as [(JSONValue, String)])
    func `other attributes are refused with their field`(form: JSONValue, expected: String) {
        let error = #expect(throws: ModelError.self) { _ = try form.decode(ResourceAttributes.self, field: "a") }
        #expect(error?.message == expected)
    }

    @Test func `the risk of a plan is the highest of its changes`() {
        func change(_ risk: Risk) -> Change {
            Change(
                resource: ResourceID(type: .file, identity: "/a"), action: .update, fields: [],
                before: ContentDigest(hashing: "a"), after: ContentDigest(hashing: "b"), undo: .exact, risk: risk,
                operations: [])
        }
        #expect(
            Plan(cause: .drift, commit: "c", changes: [change(.low), change(.high), change(.medium)]).risk == .high)
        #expect(Plan(cause: .drift, commit: "c", changes: []).risk == .low)
        #expect(Plan(cause: .drift, commit: "c", changes: []).isEmpty)
    }
}

@Suite("Condition")
struct ConditionTests {
    private func ready(_ status: ConditionStatus, at seconds: Int64) -> Condition {
        Condition(
            type: .ready, status: status, reason: Reason(rawValue: "R"), message: "m",
            lastTransitionTime: WallTime(seconds: seconds))
    }

    @Test func `the transition time moves only with the status`() {
        var conditions: [Condition] = []
        conditions.set(ready(.false, at: 1))
        conditions.set(ready(.false, at: 2))
        #expect(conditions[.ready]?.lastTransitionTime == WallTime(seconds: 1))
        conditions.set(ready(.true, at: 3))
        #expect(conditions[.ready]?.lastTransitionTime == WallTime(seconds: 3))
        #expect(conditions.count == 1)
        conditions.remove(.ready)
        #expect(conditions[.ready] == nil)
    }
}
