import Model
import Store
import TestSupport
import Testing

extension ObjectStoreConformance {
    private static var lastName: String { "zz-last" }

    /// Many writers, and watchers that begin at any time: versions only grow, and each watcher sees each change once,
    /// in the one order.
    func concurrentWritersMakeOneHistory(_ store: Backend) async throws {
        let (writers, changes) = (8, 40)
        let start = try await current(store)
        try await withThrowingTaskGroup(of: Void.self) { followers in
            for _ in 0..<4 { followers.addTask { try await follow(store) } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers { group.addTask { try await write(changes, as: writer, to: store) } }
                try await group.waitForAll()
            }
            _ = try await create(Self.lastName, in: store)
            try await followers.waitForAll()
        }
        var watch = try await store.watch(kind, after: start).makeAsyncIterator()
        let events = try await next(writers * changes + 1, of: &watch)
        let versions = try events.map { try version(try #require($0.object)) }
        #expect(versions == versions.sorted())
        #expect(Set(versions).count == versions.count)
        #expect(events.last?.object?.metadata.name == Self.lastName)
    }

    /// Read, change, write, and once more on a conflict: every change takes effect.
    func concurrentUpdatesLoseNothing(_ store: Backend) async throws {
        _ = try await create("counter", ["count": 0], in: store)
        let (writers, changes) = (6, 15)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<writers {
                group.addTask {
                    for _ in 0..<changes { try await increment(store) }
                }
            }
            try await group.waitForAll()
        }
        let counter = try await store.object(key("counter"))
        #expect(counter.spec["count"]?.integerValue == Int64(writers * changes))
        #expect(counter.metadata.generation == Int64(writers * changes) + 1)
    }

    private func increment(_ store: Backend) async throws {
        while true {
            var object = try await store.object(key("counter"))
            object.spec = ["count": .integer((object.spec["count"]?.integerValue ?? 0) + 1)]
            let result = try await code { try await store.update(object, part: .all, durability: .deferred) }
            if result == nil { return }
            #expect(result == .conflict)
        }
    }

    /// Makes exactly so many changes to an object of the writer's own: create, updates, delete, and again.
    private func write(_ changes: Int, as writer: Int, to store: Backend) async throws {
        var random = SeededGenerator(seed: UInt64(writer) + 1)
        var mine: APIObject?
        var last = ResourceVersion(0)
        for change in 0..<changes {
            if var object = mine {
                if random.chance(20) {
                    let deleted = try await store.delete(object.key, precondition: object.metadata.resourceVersion)
                    #expect(try version(deleted) > last)
                    last = try version(deleted)
                    mine = nil
                    continue
                }
                object.spec = ["change": .integer(Int64(change))]
                mine = try await store.update(object, part: .all, durability: .deferred)
            } else {
                mine = try await create("writer-\(writer)", ["change": .integer(Int64(change))], in: store)
            }
            if let mine {
                #expect(try version(mine) > last)
                last = try version(mine)
            }
        }
    }

    /// Replays a watch onto a list until the last object comes, and compares what it believes with what each event says
    /// and, at the end, with what is stored.
    private func follow(_ store: Backend) async throws {
        let list = try await store.objects(of: kind, limit: nil, after: nil)
        var believed = Dictionary(uniqueKeysWithValues: list.items.map { ($0.metadata.name, $0) })
        var newest = list.version
        var watch = try await store.watch(kind, after: list.version).makeAsyncIterator()
        while believed[Self.lastName] == nil, let event = try await watch.next() {
            guard let object = event.object else { continue }
            let name = object.metadata.name
            #expect(try version(object) > newest, "versions only grow")
            newest = try version(object)
            switch event {
            case .added: #expect(believed.updateValue(object, forKey: name) == nil, "'\(name)' was added twice")
            case .modified: #expect(believed.updateValue(object, forKey: name) != nil, "'\(name)' was not there")
            case .deleted: #expect(believed.removeValue(forKey: name) != nil, "'\(name)' was not there")
            case .bookmark: break
            }
        }
        let stored = try await store.objects(of: kind, limit: nil, after: nil).items
        #expect(believed.values.sorted { $0.key < $1.key } == stored)
    }
}
