import Model
import Store
import Testing

extension ObjectStoreConformance {
    func createSetsWhatTheServerOwns(_ store: Backend) async throws {
        var draft = object("web")
        draft.metadata.labels = ["tier": "edge"]
        draft.metadata.generation = 7
        draft.metadata.resourceVersion = ResourceVersion(99)
        let before = try await current(store)
        let created = try await store.create(draft, durability: .synced)
        #expect(created.metadata.uid?.utf8.count == 36)
        #expect(created.metadata.generation == 1)
        #expect(created.metadata.creationTimestamp != nil)
        #expect(created.metadata.deletionTimestamp == nil)
        #expect(created.metadata.labels == ["tier": "edge"])
        #expect(try version(created) > before)
        #expect(try await store.object(key("web")) == created)
    }

    func createRefusesANameThatIsTaken(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        #expect(try await code { try await create("web", ["mode": "observe"], in: store) } == .alreadyExists)
        #expect(try await store.object(key("web")) == first)
        for name in ["", "a/b", "with space", "line\nbreak", String(repeating: "x", count: 300), ".."] {
            #expect(try await code { try await create(name, in: store) } == .invalid, "name '\(name)'")
        }
        let large = JSONValue.string(String(repeating: "x", count: 2 << 20))
        #expect(try await code { try await create("large", ["content": large], in: store) } == .invalid)
        #expect(try await store.objects(of: kind, limit: nil, after: nil).items.count == 1)
    }

    func createMakesNames(_ store: Backend) async throws {
        var draft = object("")
        draft.metadata.generateName = "web-"
        let first = try await store.create(draft, durability: .deferred)
        let second = try await store.create(draft, durability: .deferred)
        #expect(first.metadata.name.hasPrefix("web-") && first.metadata.name.count > 4)
        #expect(first.metadata.name != second.metadata.name)
    }

    func absentObjectsAreNotFound(_ store: Backend) async throws {
        #expect(try await code { try await store.object(key("none")) } == .notFound)
        #expect(
            try await code { try await store.update(object("none"), part: .all, durability: .synced) } == .notFound)
        #expect(try await code { try await store.delete(key("none"), precondition: nil) } == .notFound)
        #expect(try await store.objects(of: kind, limit: nil, after: nil).items.isEmpty)
    }

    func objectsThatAreKnownAreNotReadAgain(_ store: Backend) async throws {
        let first = try await create("known", in: store)
        let known = try #require(first.metadata.resourceVersion)
        #expect(try await store.object(key("known"), unless: known) == nil)
        var next = first
        next.status = ["phase": "Running"]
        let second = try await store.update(next, part: .status, durability: .deferred)
        #expect(try await store.object(key("known"), unless: known) == second)
        _ = try await store.delete(key("known"), precondition: nil)
        #expect(try await code { try await store.object(key("known"), unless: known) } == .notFound)
        let again = try await create("known", in: store)
        #expect(try await store.object(key("known"), unless: known) == again)
    }

    func kindsDoNotMeet(_ store: Backend) async throws {
        let other = KindName(rawValue: "Source")
        _ = try await create("same", in: store)
        _ = try await store.create(object("same", kind: other), durability: .deferred)
        _ = try await store.delete(ObjectKey(kind: other, name: "same"), precondition: nil)
        #expect(try await store.object(key("same")).kind == kind)
        #expect(try await code { try await store.object(ObjectKey(kind: other, name: "same")) } == .notFound)
    }

    func updateRefusesAnotherVersion(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        var mine = first
        mine.spec = ["mode": "observe"]
        let updated = try await store.update(mine, part: .all, durability: .deferred)
        var theirs = first
        theirs.spec = ["mode": "propose"]
        #expect(try await code { try await store.update(theirs, part: .all, durability: .deferred) } == .conflict)
        #expect(try await store.object(key("web")) == updated)
    }

    func updateWithoutAVersionTakesWhatIsStored(_ store: Backend) async throws {
        _ = try await create("web", in: store)
        var draft = object("web", ["mode": "observe"])
        _ = try await store.update(draft, part: .all, durability: .deferred)
        draft.spec = ["mode": "propose"]
        let last = try await store.update(draft, part: .all, durability: .deferred)
        #expect(last.spec == ["mode": "propose"])
        #expect(last.metadata.generation == 3)
    }

    func updateKeepsWhatTheServerOwns(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        var draft = object("web", ["mode": "observe"])
        draft.metadata.creationTimestamp = WallTime(nanoseconds: 5_000)
        draft.metadata.deletionTimestamp = WallTime(nanoseconds: 5_000)
        draft.metadata.generation = 40
        let updated = try await store.update(draft, part: .all, durability: .deferred)
        #expect(updated.metadata.uid == first.metadata.uid)
        #expect(updated.metadata.creationTimestamp == first.metadata.creationTimestamp)
        #expect(updated.metadata.deletionTimestamp == nil)
        #expect(updated.metadata.generation == 2)
    }

    func updateRaisesTheGenerationWithTheSpec(_ store: Backend) async throws {
        var object = try await create("web", in: store)
        object.metadata.labels = ["a": "b"]
        object = try await store.update(object, part: .spec, durability: .deferred)
        #expect(object.metadata.generation == 1)
        object.status = ["phase": "Ready"]
        object = try await store.update(object, part: .status, durability: .deferred)
        #expect(object.metadata.generation == 1)
        object.spec = ["mode": "observe"]
        object = try await store.update(object, part: .spec, durability: .deferred)
        #expect(object.metadata.generation == 2)
    }

    func statusUpdateTakesOnlyTheStatus(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        var draft = first
        draft.spec = ["mode": "observe"]
        draft.metadata.labels = ["a": "b"]
        draft.metadata.finalizers = ["x"]
        draft.status = ["phase": "Ready"]
        let updated = try await store.update(draft, part: .status, durability: .deferred)
        #expect(updated.spec == first.spec)
        #expect(updated.metadata.labels == nil && updated.metadata.finalizers == nil)
        #expect(updated.status == ["phase": "Ready"])
    }

    func specUpdateLeavesTheStatus(_ store: Backend) async throws {
        var object = try await create("web", in: store)
        object.status = ["phase": "Ready"]
        object = try await store.update(object, part: .status, durability: .deferred)
        object.status = ["phase": "Broken"]
        object.metadata.annotations = ["note": "x"]
        let updated = try await store.update(object, part: .spec, durability: .deferred)
        #expect(updated.status == ["phase": "Ready"])
        #expect(updated.metadata.annotations == ["note": "x"])
    }

    func updateLeavesManagedFieldsUnlessSent(_ store: Backend) async throws {
        var set = FieldSet()
        set.insert([.member("spec"), .member("mode")])
        let entry = ManagedFieldsEntry(
            FieldOwner(name: "one", operation: .update), fields: set, time: WallTime(seconds: 1))
        var draft = object("web")
        draft.metadata.managedFields = []
        draft = try await store.create(draft, durability: .deferred)
        #expect(draft.metadata.managedFields == nil)
        draft.metadata.managedFields = [entry]
        draft.status = ["phase": "Ready"]
        draft = try await store.update(draft, part: .status, durability: .deferred)
        #expect(draft.metadata.managedFields == [entry])
        draft.metadata.managedFields = nil
        draft.spec = ["mode": "observe"]
        draft = try await store.update(draft, part: .spec, durability: .deferred)
        #expect(draft.metadata.managedFields == [entry])
        #expect(try await store.object(key("web")) == draft)
        draft.metadata.managedFields = []
        #expect(try await store.update(draft, part: .all, durability: .deferred).metadata.managedFields == nil)
    }

    func updateThatChangesNothingStoresNothing(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        let before = try await current(store)
        for part in [ObjectPart.spec, .status, .all] {
            #expect(try await store.update(first, part: part, durability: .synced) == first)
        }
        #expect(try await current(store) == before)
    }

    func updateRefusesAnotherUID(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        _ = try await store.delete(key("web"), precondition: nil)
        let second = try await create("web", in: store)
        var draft = first
        draft.metadata.resourceVersion = nil
        draft.spec = ["mode": "observe"]
        #expect(try await code { try await store.update(draft, part: .all, durability: .deferred) } == .conflict)
        #expect(try await store.object(key("web")) == second)
    }

    func deleteRemoves(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        let deleted = try await store.delete(key("web"), precondition: try version(first))
        #expect(try version(deleted) > version(first))
        #expect(deleted.metadata.uid == first.metadata.uid)
        #expect(try await code { try await store.object(key("web")) } == .notFound)
        #expect(try await code { try await store.delete(key("web"), precondition: nil) } == .notFound)
    }

    func deleteRefusesAnotherVersion(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        var draft = first
        draft.spec = ["mode": "observe"]
        let second = try await store.update(draft, part: .all, durability: .deferred)
        #expect(
            try await code { try await store.delete(key("web"), precondition: try version(first)) } == .conflict)
        #expect(try await store.object(key("web")) == second)
    }

    func deleteWaitsForFinalizers(_ store: Backend) async throws {
        var draft = object("web")
        draft.metadata.finalizers = ["a", "b"]
        let created = try await store.create(draft, durability: .deferred)
        let before = try version(created)
        var marked = try await store.delete(key("web"), precondition: nil)
        #expect(marked.metadata.deletionTimestamp != nil)
        #expect(try await store.delete(key("web"), precondition: nil) == marked)
        marked.metadata.finalizers = ["b", "c"]
        #expect(try await code { try await store.update(marked, part: .all, durability: .deferred) } == .invalid)
        marked.metadata.finalizers = ["b"]
        marked = try await store.update(marked, part: .spec, durability: .deferred)
        #expect(try await store.object(key("web")) == marked)
        marked.metadata.finalizers = nil
        _ = try await store.update(marked, part: .spec, durability: .deferred)
        #expect(try await code { try await store.object(key("web")) } == .notFound)
        var watch = try await store.watch(kind, after: before).makeAsyncIterator()
        let events = try await next(3, of: &watch)
        #expect(events.map(\.word) == ["modified", "modified", "deleted"])
    }

    func recreatedObjectsHaveAnotherUID(_ store: Backend) async throws {
        let first = try await create("web", in: store)
        _ = try await store.delete(key("web"), precondition: nil)
        let second = try await create("web", in: store)
        #expect(first.metadata.uid != second.metadata.uid)
        #expect(second.metadata.generation == 1)
    }
}

extension WatchEvent {
    /// The event's name.
    var word: String {
        switch self {
        case .added: "added"
        case .modified: "modified"
        case .deleted: "deleted"
        case .bookmark: "bookmark"
        }
    }

    /// The object of the event; nil for a bookmark.
    var object: APIObject? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object
        case .bookmark: nil
        }
    }
}
