import Model
import Testing

/// The rules of server-side apply, on blueprints.
@Suite struct FieldManagementTests {
    private let kind = BlueprintKind.descriptor.kind

    private func management(
        _ name: String, _ operation: ManagedFieldsEntry.Operation = .apply, subresource: String? = nil,
        at seconds: Int64 = 1
    ) -> FieldManagement {
        FieldManagement(
            FieldOwner(name: name, operation: operation, subresource: subresource), at: WallTime(seconds: seconds))
    }

    /// The object after a manager applied something.
    private func applied(
        _ spec: JSONValue, labels: [String: JSONValue] = [:], by name: String, to object: APIObject?,
        force: Bool = false, at seconds: Int64 = 1
    ) throws -> APIObject {
        var metadata: [String: JSONValue] = ["name": "web"]
        if !labels.isEmpty { metadata["labels"] = .object(labels) }
        let wanted: JSONValue = [
            "apiVersion": .string(apiVersionName), "kind": "Blueprint", "metadata": .object(metadata), "spec": spec,
        ]
        let stored = object ?? APIObject(kind: kind, metadata: ObjectMeta(name: "web"))
        let (json, entries) = try management(name, at: seconds).applying(wanted, to: stored, force: force)
        var result = try APIObject(json: json)
        result.metadata.managedFields = entries
        return result
    }

    /// The object after a manager wrote it.
    private func updated(_ object: APIObject, by name: String, _ change: (inout APIObject) -> Void) throws -> APIObject
    {
        var next = object
        change(&next)
        next.metadata.managedFields = try management(name, .update).entries(
            after: next, replacing: object, entries: object.metadata.managedFields ?? [])
        return next
    }

    private func fields(of name: String, in object: APIObject) -> [String] {
        let entry = object.metadata.managedFields?.first { $0.manager == name }
        return (entry?.fields.paths ?? []).map { $0.map(\.shown).joined() }
    }

    @Test func `a manager owns what it applied`() throws {
        let object = try applied(
            ["mode": "observe", "resources": [["file": "/a", "owner": "root"]]], labels: ["tier": "edge"], by: "one",
            to: nil)
        #expect(
            fields(of: "one", in: object) == [
                ".metadata.labels.tier", ".spec.mode", #".spec.resources[file="/a"]"#,
                #".spec.resources[file="/a"].file"#, #".spec.resources[file="/a"].owner"#,
            ])
        #expect(object.metadata.managedFields?.first?.operation == .apply)
        #expect(object.metadata.managedFields?.first?.apiVersion == "aetheredge.io/v1")
    }

    @Test func `what a manager no longer applies goes, what others set stays`() throws {
        var object = try applied(
            ["mode": "observe", "resources": [["file": "/a"]]], labels: ["a": "1", "b": "2"], by: "one", to: nil)
        object = try updated(object, by: "two") { $0.metadata.labels?["c"] = "3" }
        object = try applied(["resources": [["file": "/a"]]], labels: ["b": "2"], by: "one", to: object)
        #expect(object.metadata.labels == ["b": "2", "c": "3"])
        #expect(object.spec == ["resources": [["file": "/a"]]])
        object = try applied(["resources": [["file": "/a"]]], by: "one", to: object)
        #expect(object.metadata.labels == ["c": "3"])
    }

    @Test func `managers share a list by its resources`() throws {
        var object = try applied(["resources": [["file": "/a", "owner": "root"]]], by: "one", to: nil)
        object = try applied(["resources": [["directory": "/b"]]], by: "two", to: object)
        #expect(object.spec["resources"] == [["file": "/a", "owner": "root"], ["directory": "/b"]])
        object = try applied(["resources": [["file": "/c"], ["file": "/a"]]], by: "one", to: object)
        #expect(object.spec["resources"] == [["file": "/a"], ["directory": "/b"], ["file": "/c"]])
        object = try applied(["resources": [["file": "/c"]]], by: "one", to: object)
        #expect(object.spec["resources"] == [["directory": "/b"], ["file": "/c"]])
        #expect(
            fields(of: "two", in: object) == [
                #".spec.resources[directory="/b"]"#, #".spec.resources[directory="/b"].directory"#,
            ])
    }

    @Test func `a field of another manager is a conflict that names it, and force takes it`() throws {
        let object = try applied(["mode": "observe", "resources": []], by: "one", to: nil)
        let conflicts = try #require(throws: FieldConflicts.self) {
            _ = try applied(["mode": "enforce"], by: "two", to: object)
        }.conflicts
        #expect(conflicts.map(\.field) == [".spec.mode"])
        #expect(conflicts.first?.message == #"conflict with "one""#)
        let forced = try applied(["mode": "enforce"], by: "two", to: object, force: true)
        #expect(forced.spec["mode"] == "enforce")
        #expect(fields(of: "one", in: forced) == [".spec.resources"])
        #expect(fields(of: "two", in: forced) == [".spec.mode"])
        let written = try updated(forced, by: "three") { $0.spec = ["mode": "propose", "resources": []] }
        let again = try #require(throws: FieldConflicts.self) {
            _ = try applied(["mode": "enforce"], by: "two", to: written)
        }.conflicts
        #expect(
            again.first?.message == #"conflict with "three" using aetheredge.io/v1 at 1970-01-01T00:00:01Z"#)
    }

    @Test func `managers that want the same share it, and it stays until the last lets go`() throws {
        var object = try applied(["mode": "observe"], by: "one", to: nil)
        object = try applied(["mode": "observe"], by: "two", to: object)
        object = try applied([:], by: "one", to: object)
        #expect(object.spec["mode"] == "observe")
        #expect(fields(of: "one", in: object) == [])
        object = try applied([:], by: "two", to: object)
        #expect(object.spec["mode"] == nil)
        #expect(object.metadata.managedFields == [])
    }

    @Test func `a write takes over what it changes and nothing else`() throws {
        var object = try applied(["mode": "observe", "prune": true], by: "one", to: nil)
        object = try updated(object, by: "two") { $0.spec = ["mode": "enforce", "prune": true] }
        #expect(fields(of: "one", in: object) == [".spec.prune"])
        #expect(fields(of: "two", in: object) == [".spec.mode"])
        let same = try updated(object, by: "three") { $0.status = ["commit": "x"] }
        #expect(same.metadata.managedFields == object.metadata.managedFields)
        object = try updated(object, by: "two") { $0.spec = ["mode": "enforce"] }
        #expect(fields(of: "one", in: object) == [])
    }

    @Test func `applying the same again changes nothing, not even the time`() throws {
        let first = try applied(["mode": "observe", "resources": [["file": "/a"]]], by: "one", to: nil, at: 1)
        let second = try applied(["mode": "observe", "resources": [["file": "/a"]]], by: "one", to: first, at: 9)
        #expect(second == first)
    }

    @Test func `status is told apart from the rest by its subresource`() throws {
        let object = try applied(["mode": "observe"], by: "one", to: nil)
        let wanted: JSONValue = [
            "spec": ["mode": "enforce"],
            "status": ["conditions": [["type": "Ready", "status": "True"]]],
        ]
        let (json, entries) = try management("one", subresource: "status").applying(wanted, to: object, force: false)
        #expect(json["spec"] == ["mode": "observe"])
        #expect(json["status"]?["conditions"]?.arrayValue?.count == 1)
        #expect(entries.map(\.subresource) == [nil, "status"])
        #expect(
            entries.last?.fields.paths.first?.map(\.shown).joined() == #".status.conditions[type="Ready"]"#)
    }

    @Test func `finalizers are a set, labels a map, and lists without keys one value`() throws {
        var object = APIObject(kind: kind, metadata: ObjectMeta(name: "web", labels: ["a": "1"]))
        object.metadata.finalizers = ["x/y"]
        object = try updated(object, by: "one") {
            $0.metadata.finalizers = ["x/y", "z/w"]
            $0.metadata.labels = ["a": "1", "b": "2"]
            $0.spec = ["resources": [["unit": "a.service", "after": ["file:/a"]]]]
        }
        object = try updated(object, by: "two") {
            $0.spec = ["resources": [["unit": "a.service", "after": ["file:/b"]]]]
        }
        #expect(fields(of: "one", in: object).contains(#".metadata.finalizers[="z/w"]"#))
        #expect(!fields(of: "one", in: object).contains(#".metadata.finalizers[="x/y"]"#))
        #expect(fields(of: "one", in: object).contains(".metadata.labels.b"))
        #expect(fields(of: "two", in: object) == [#".spec.resources[unit="a.service"].after"#])
    }

    @Test func `writers beyond the bound become one`() throws {
        var object = APIObject(kind: kind, metadata: ObjectMeta(name: "web"))
        for index in 0..<30 {
            object = try updated(object, by: "writer-\(index + 10)") {
                $0.metadata.labels = ($0.metadata.labels ?? [:]).merging(["l\(index)": "x"]) { $1 }
            }
        }
        let entries = try #require(object.metadata.managedFields)
        #expect(entries.count == FieldManagement.updateManagersMaximum)
        #expect(entries.contains { $0.manager == "ancient-changes" })
        let all = entries.reduce(FieldSet()) { $0.union($1.fields) }
        #expect(all.paths.count == 31)
    }

    @Test func `a client may send managers along, or ask to forget them`() {
        let stored = [ManagedFieldsEntry(FieldOwner(name: "a", operation: .update), fields: FieldSet(), time: nil)]
        #expect(FieldManagement.entries(sent: nil, stored: stored) == stored)
        #expect(FieldManagement.entries(sent: [], stored: stored) == stored)
        let blank = ManagedFieldsEntry(FieldOwner(name: "", operation: .update), fields: FieldSet(), time: nil)
        #expect(FieldManagement.entries(sent: [blank], stored: stored).isEmpty)
        let other = [ManagedFieldsEntry(FieldOwner(name: "b", operation: .apply), fields: FieldSet(), time: nil)]
        #expect(FieldManagement.entries(sent: other, stored: stored) == other)
    }

    @Test func `ten thousand resources merge in a moment`() throws {
        let resources = JSONValue.array((0..<10_000).map { ["file": .string("/srv/\($0)"), "owner": "root"] })
        let object = try applied(["resources": resources], by: "one", to: nil)
        let more = JSONValue.array((0..<10_000).map { ["file": .string("/srv/\($0)"), "group": "root"] })
        let clock = ContinuousClock()
        let begin = clock.now
        let both = try applied(["resources": more], by: "two", to: object)
        #expect(both.spec["resources"]?.arrayValue?.first == ["file": "/srv/0", "owner": "root", "group": "root"])
        #expect(clock.now - begin < .seconds(20), "the merge is not linear")
    }
}
