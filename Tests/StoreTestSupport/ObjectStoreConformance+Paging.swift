import Model
import Store
import TestSupport
import Testing

extension ObjectStoreConformance {
    /// Everything at a version, in pages of three.
    private func everything(_ store: Backend, at version: ResourceVersion) async throws -> [APIObject] {
        var items: [APIObject] = []
        var after: String?
        repeat {
            let page = try await store.page(of: kind, limit: 3, after: after, at: version)
            #expect(page.version == version)
            #expect(page.items.count <= 3)
            items += page.items
            after = page.next
        } while after != nil && items.count < 1_000
        return items
    }

    private func change(_ name: String, _ store: Backend, index: Int) async throws -> APIObject {
        var object = try await store.object(key(name))
        object.spec = ["index": .integer(Int64(index))]
        return try await store.update(object, part: .all, durability: .deferred)
    }

    func pagesShowOneVersion(_ store: Backend) async throws {
        for name in (0..<10).map({ "object-\($0)" }) { _ = try await create(name, in: store) }
        let old = try await create("old", in: store)
        // Long before the window begins, `old` was written last.
        for index in 0..<harness.historyLimit * 2 { _ = try await change("object-0", store, index: index) }
        let first = try await store.page(of: kind, limit: 3, after: nil, at: nil)
        let then = try await store.objects(of: kind, limit: nil, after: nil)
        #expect(first.version == then.version && first.items == Array(then.items.prefix(3)))
        #expect(first.next == first.items.last?.metadata.name)
        _ = try await store.delete(key("object-4"), precondition: nil)
        _ = try await change("object-5", store, index: 1)
        _ = try await change("object-5", store, index: 2)
        _ = try await change("old", store, index: 3)
        _ = try await create("object-4-new", in: store)
        #expect(try await everything(store, at: then.version) == then.items)
        let between = try await store.objects(of: kind, limit: nil, after: nil)
        // Made again, it is another object; what changed twice is shown as before the first time.
        _ = try await store.delete(key("object-4-new"), precondition: nil)
        _ = try await create("object-4", in: store)
        _ = try await change("object-5", store, index: 4)
        _ = try await store.delete(key("old"), precondition: nil)
        _ = try await create("old", in: store)
        let now = try await store.objects(of: kind, limit: nil, after: nil)
        #expect(try await everything(store, at: then.version) == then.items)
        #expect(try await everything(store, at: between.version) == between.items)
        #expect(try await everything(store, at: now.version) == now.items)
        #expect(then.items.contains(old) && !now.items.contains(old))
        // The window moves on, and what it needs stays.
        for index in 0..<harness.historyLimit / 2 { _ = try await change("object-0", store, index: index) }
        #expect(try await everything(store, at: then.version) == then.items)
        let reopened = try await harness.restarted(store)
        do {
            #expect(try await everything(reopened, at: between.version) == between.items)
        } catch let error as StoreError {
            #expect(error.code == .expired)
        }
    }

    func pagesOfAVersionThatIsGoneAreExpired(_ store: Backend) async throws {
        for name in ["a", "b", "c"] { _ = try await create(name, in: store) }
        let then = try await current(store)
        for index in 0..<harness.historyLimit * 2 { _ = try await change("b", store, index: index) }
        #expect(try await code { try await store.page(of: kind, limit: 2, after: nil, at: then) } == .expired)
        let future = ResourceVersion(try await current(store).value + 1)
        #expect(try await code { try await store.page(of: kind, limit: 2, after: nil, at: future) } == .expired)
        // The window of another kind is its own.
        let other = try await store.create(
            self.object("other", kind: KindName(rawValue: "Source")), durability: .deferred)
        let page = try await store.page(of: other.kind, limit: 2, after: nil, at: try version(other))
        #expect(page.items == [other])
    }
}
