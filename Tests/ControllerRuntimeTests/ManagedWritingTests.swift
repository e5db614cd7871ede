import ControllerRuntime
import Model
import Store
import Testing

@Suite struct ManagedWritingTests {
    private func fields(_ entry: ManagedFieldsEntry?) -> [String] {
        (entry?.fields.paths ?? []).map { $0.map(\.shown).joined() }
    }

    private func entries(_ store: SQLiteObjectStore) async throws -> [ManagedFieldsEntry] {
        try await store.object(ObjectKey(kind: BlueprintKind.descriptor.kind, name: "web")).metadata.managedFields ?? []
    }

    private func blueprint(labels: [String: String]? = nil) throws -> Object<BlueprintKind> {
        var status = BlueprintKind.Status()
        status.commit = "first"
        return Object<BlueprintKind>(
            metadata: ObjectMeta(name: "web", labels: labels), spec: ["mode": "enforce", "resources": []],
            status: status)
    }

    @Test func `a controller that writes a status is its manager, from the time of the write`() async throws {
        let time = WallTime(nanoseconds: 1_700_000_000_500_000_000)
        let store = SQLiteObjectStore(try HostDatabase.inMemory(), clock: { time })
        _ = try await store.create(blueprint().untyped(), durability: .deferred)
        try await store.modify(BlueprintKind.self, "web", part: .status) { $0.status.commit = "second" }
        let entry = try #require(try await entries(store).first)
        #expect(try await entries(store).count == 1)
        #expect(entry.owner == FieldOwner(name: "aetheredged", operation: .update, subresource: "status"))
        #expect(entry.time == WallTime(seconds: 1_700_000_000))
        #expect(fields(entry) == [".status.commit"])
        // Written again as it is, nothing is stored.
        let before = try await store.latestVersion(of: BlueprintKind.descriptor.kind)
        try await store.modify(BlueprintKind.self, "web", part: .status) { $0.status.commit = "second" }
        #expect(try await store.latestVersion(of: BlueprintKind.descriptor.kind) == before)
    }

    @Test func `what a controller passes on belongs to who declares it, and others keep the rest`() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let source = FieldOwner(name: "source/default", operation: .apply)
        let declared = FieldDeclaration(by: source, labels: ["tier"], annotations: [])
        try await store.make(blueprint(labels: ["tier": "edge"]), declared: declared)
        let made = try await entries(store)
        #expect(Set(made.map(\.owner)) == [source, .daemonStatus])
        #expect(fields(made.first { $0.owner == source }).contains(".metadata.labels.tier"))
        #expect(fields(made.first { $0.owner == source }).contains(".spec.mode"))
        #expect(made.allSatisfy { $0.time != nil })
        // Somebody labels the object and takes a label over, which the source then declares again.
        let person = FieldOwner(name: "kubectl-label", operation: .update)
        var labelled = try await store.object(ObjectKey(kind: BlueprintKind.descriptor.kind, name: "web"))
        let stored = labelled
        labelled.metadata.labels = ["tier": "core", "owner": "me"]
        labelled.metadata.managedFields = try FieldManagement(person, at: WallTime(seconds: 1)).entries(
            after: labelled, replacing: stored, entries: made)
        _ = try await store.update(labelled, part: .spec, durability: .deferred)
        #expect(try await !fields(entries(store).first { $0.owner == source }).contains(".metadata.labels.tier"))
        try await store.modify(BlueprintKind.self, "web", part: .all, declared: declared) { object in
            object.metadata.labels?["tier"] = "edge"
            object.status.commit = "second"
        }
        let after = try await entries(store)
        #expect(fields(after.first { $0.owner == source }).contains(".metadata.labels.tier"))
        #expect(fields(after.first { $0.owner == person }) == [".metadata.labels.owner"])
    }

    @Test func `a large spec that is passed on makes a small entry`() throws {
        var object = APIObject(kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: "web"))
        object.spec = ["resources": .array((0..<10_000).map { ["file": .string("/a/\($0)")] })]
        let source = FieldOwner(name: "source/default", operation: .apply)
        try object.noteManagers(
            .all, replacing: nil, declared: FieldDeclaration(by: source, labels: [], annotations: []))
        let entry = try #require(object.metadata.managedFields?.first { $0.owner == source })
        #expect(entry.fieldsV1 == ["f:spec": ["f:resources": [:]]])
    }
}
