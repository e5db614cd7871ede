import Model
import Store
import TestSupport
import Testing

extension ObjectStoreConformance {
    func listsComeInOrder(_ store: Backend) async throws {
        for name in ["b", "a-b", "a", "c.d", "Z"] { _ = try await create(name, in: store) }
        let list = try await store.objects(of: kind, limit: nil, after: nil)
        #expect(list.items.map(\.metadata.name) == ["Z", "a", "a-b", "b", "c.d"])
        #expect(list.next == nil)
        #expect(try list.version >= list.items.map(version).max() ?? ResourceVersion(0))
    }

    func listsComeInPages(_ store: Backend) async throws {
        let names = (100..<125).map { "object-\($0)" }
        for name in names.shuffled() { _ = try await create(name, in: store) }
        var (found, after): ([String], String?) = ([], nil)
        var pages = 0
        repeat {
            let page = try await store.objects(of: kind, limit: 10, after: after)
            #expect(page.items.count <= 10)
            found += page.items.map(\.metadata.name)
            after = page.next
            pages += 1
        } while after != nil && pages < 10
        #expect(found == names)
        #expect(pages == 3)
        #expect(try await store.objects(of: kind, limit: 25, after: nil).next == nil)
    }

    func countsWhatFollows(_ store: Backend) async throws {
        #expect(try await store.count(of: kind, after: nil) == 0)
        for name in ["a", "a-b", "b", "Z"] { _ = try await create(name, in: store) }
        _ = try await store.create(object("c", kind: KindName(rawValue: "Source")), durability: .deferred)
        #expect(try await store.count(of: kind, after: nil) == 4)
        #expect(try await store.count(of: kind, after: "a") == 2)
        #expect(try await store.count(of: kind, after: "b") == 0)
    }

    func latestVersionMovesWithItsKind(_ store: Backend) async throws {
        let first = try await create("a", in: store)
        var seen = try await store.latestVersion(of: kind)
        #expect(try seen == version(first))
        _ = try await store.create(object("x", kind: KindName(rawValue: "Source")), durability: .deferred)
        #expect(try await store.latestVersion(of: kind) == seen)
        var change = first
        change.status = ["commit": "c"]
        let changed = try await store.update(change, part: .status, durability: .deferred)
        #expect(try await store.latestVersion(of: kind) == version(changed))
        seen = try version(changed)
        _ = try await store.delete(key("a"), precondition: nil)
        #expect(try await store.latestVersion(of: kind) > seen)
    }

    func watchBeginsAfterAVersion(_ store: Backend) async throws {
        let first = try await create("a", in: store)
        let second = try await create("b", in: store)
        var change = second
        change.spec = ["mode": "observe"]
        let third = try await store.update(change, part: .all, durability: .deferred)
        let fourth = try await store.delete(key("a"), precondition: nil)
        var watch = try await store.watch(kind, after: try version(first)).makeAsyncIterator()
        #expect(try await next(3, of: &watch) == [.added(second), .modified(third), .deleted(fourth)])
    }

    func watchMissesNothingAfterAList(_ store: Backend) async throws {
        _ = try await create("a", in: store)
        let list = try await store.objects(of: kind, limit: nil, after: nil)
        let second = try await create("b", in: store)
        var watch = try await store.watch(kind, after: list.version).makeAsyncIterator()
        let third = try await create("c", in: store)
        #expect(try await next(2, of: &watch) == [.added(second), .added(third)])
    }

    func watchSeesOnlyItsKind(_ store: Backend) async throws {
        let before = try await current(store)
        var watch = try await store.watch(kind, after: before).makeAsyncIterator()
        _ = try await store.create(object("other", kind: KindName(rawValue: "Source")), durability: .deferred)
        let mine = try await create("mine", in: store)
        #expect(try await next(1, of: &watch) == [.added(mine)])
    }

    func watchFromTheFutureIsExpired(_ store: Backend) async throws {
        let future = ResourceVersion(try await current(store).value + 1)
        #expect(try await code { try await store.watch(kind, after: future) } == .expired)
    }

    func watchBeyondTheWindowIsExpired(_ store: Backend) async throws {
        let first = try await create("first", in: store)
        var object = try await create("web", in: store)
        // Backends cut their windows now and then: twice the window is beyond any of them.
        for index in 0..<harness.historyLimit * 2 {
            object.spec = ["index": .integer(Int64(index))]
            object = try await store.update(object, part: .all, durability: .deferred)
        }
        #expect(try await code { try await store.watch(kind, after: try version(first)) } == .expired)
        let recent = ResourceVersion(try version(object).value - UInt64(harness.historyLimit) + 1)
        var watch = try await store.watch(kind, after: recent).makeAsyncIterator()
        let events = try await next(harness.historyLimit - 1, of: &watch)
        #expect(events.last == .modified(object))
        // Another kind's window is its own.
        let other = try await store.create(
            self.object("other", kind: KindName(rawValue: "Source")), durability: .deferred)
        _ = try await store.watch(other.kind, after: try version(first))
    }

    func slowWatchersAreDropped(_ store: Backend) async throws {
        let before = try await current(store)
        let stream = try await store.watch(kind, after: before)
        var fast = try await store.watch(kind, after: before).makeAsyncIterator()
        var object = try await create("web", in: store)
        _ = try await next(1, of: &fast)
        for index in 0..<harness.bufferLimit * 2 {
            object.spec = ["index": .integer(Int64(index))]
            object = try await store.update(object, part: .all, durability: .deferred)
            #expect(try await next(1, of: &fast) == [.modified(object)])
        }
        var versions: [ResourceVersion] = []
        let end = try await code {
            for try await event in stream { versions += try event.object.map { [try version($0)] } ?? [] }
        }
        #expect(end == .expired)
        #expect(versions.count >= harness.bufferLimit)
        #expect(versions == versions.sorted() && Set(versions).count == versions.count)
    }

    func cancelledWatchesEnd(_ store: Backend) async throws {
        let stream = try await store.watch(kind, after: try await current(store))
        let first = try await create("a", in: store)
        let seen = AsyncStream.makeStream(of: WatchEvent.self, bufferingPolicy: .bufferingNewest(4))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { for try await event in stream { seen.continuation.yield(event) } } catch {
                    Issue.record("a cancelled watch ends without an error, not with \(error)")
                }
                seen.continuation.finish()
            }
            var events = seen.stream.makeAsyncIterator()
            #expect(await events.next() == .added(first))
            group.cancelAll()
            #expect(await events.next() == nil)
        }
        // The store goes on without the watcher.
        _ = try await create("b", in: store)
    }

    func everythingSurvivesARestart(_ store: Backend) async throws {
        let first = try await create("a", in: store)
        let second = try await create("b", in: store)
        let deleted = try await store.delete(key("a"), precondition: nil)
        let reopened = try await harness.restarted(store)
        #expect(try await reopened.object(key("b")) == second)
        #expect(try await code { try await reopened.object(key("a")) } == .notFound)
        let third = try await create("c", in: reopened)
        #expect(try version(third) > version(deleted))
        // A watcher from before either goes on without a gap or is told to list again.
        do {
            var watch = try await reopened.watch(kind, after: try version(first)).makeAsyncIterator()
            #expect(try await next(3, of: &watch) == [.added(second), .deleted(deleted), .added(third)])
        } catch let error as StoreError {
            #expect(error.code == .expired)
        }
    }
}
