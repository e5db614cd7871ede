import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

@Suite struct WatchTests {
    @Test func `a watch lists, then tells every change once and in order`() async throws {
        try await withServer { server in
            _ = try await server.store.create(blueprint("a"), durability: .deferred)
            var events = server.client.watch(blueprintKind).makeAsyncIterator()
            guard case .listed(let list) = try await events.next() else { throw UnexpectedSuccess() }
            #expect(list.items.map(\.metadata.name) == ["a"])
            _ = try await server.store.create(blueprint("b"), durability: .deferred)
            _ = try await server.client.patch(blueprintKey("b"), .merge(["spec": ["mode": "observe"]]))
            try await server.client.delete(blueprintKey("a"))
            guard case .added(let added) = try await events.next(),
                case .modified(let modified) = try await events.next(),
                case .deleted(let deleted) = try await events.next()
            else { throw UnexpectedSuccess() }
            #expect(added.metadata.name == "b")
            #expect(modified.spec["mode"] == "observe")
            #expect(deleted.metadata.name == "a")
        }
    }

    @Test func `an object that begins to match is added, one that stops is deleted`() async throws {
        try await withServer { server in
            _ = try await server.store.create(blueprint("a", labels: ["on": "yes"]), durability: .deferred)
            _ = try await server.store.create(blueprint("b"), durability: .deferred)
            var events = server.client.watch(blueprintKind, ListOptions(labelSelector: "on=yes")).makeAsyncIterator()
            guard case .listed(let list) = try await events.next() else { throw UnexpectedSuccess() }
            #expect(list.items.count == 1)
            let on = ObjectPatch.merge(["metadata": ["labels": ["on": "yes"]]])
            let off = ObjectPatch.merge(["metadata": ["labels": ["on": .null]]])
            // Once a change has come, the watch is known to run.
            _ = try await server.store.create(blueprint("c", labels: ["on": "yes"]), durability: .deferred)
            guard case .added = try await events.next() else { throw UnexpectedSuccess() }
            _ = try await server.client.patch(blueprintKey("b"), on)
            guard case .added(let added) = try await events.next() else { throw UnexpectedSuccess() }
            #expect(added.metadata.name == "b")
            _ = try await server.client.patch(blueprintKey("a"), off)
            guard case .deleted(let deleted) = try await events.next() else { throw UnexpectedSuccess() }
            #expect(deleted.metadata.name == "a")
        }
    }

    @Test func `a watch of a version that is no longer held lists again`() async throws {
        try await withServer { server in
            let first = try await server.store.create(blueprint("a"), durability: .deferred)
            let version = try #require(first.metadata.resourceVersion)
            for index in 0..<1_100 {
                var object = first
                object.metadata.resourceVersion = nil
                object.metadata.annotations = ["n": String(index)]
                _ = try await server.store.update(object, part: .all, durability: .deferred)
            }
            let gone = try await server.request(
                "GET", blueprintsPath + "?watch=true&resourceVersion=\(version.value)")
            #expect(gone.status == 200)
            let frame = try gone.json
            #expect(frame["type"] == "ERROR")
            #expect(frame["object"]?["kind"] == "Status" && frame["object"]?["code"] == 410)
            #expect(frame["object"]?["reason"] == "Expired")
            var events = server.client.watch(blueprintKind, after: version).makeAsyncIterator()
            guard case .listed(let list) = try await events.next() else { throw UnexpectedSuccess() }
            #expect(list.items.first?.metadata.annotations == ["n": "1099"])
        }
    }

    @Test func `a watch without a version begins with everything and ends after its time`() async throws {
        try await withServer { server in
            _ = try await server.store.create(blueprint("a"), durability: .deferred)
            let bytes = try await server.client.send(
                path: "/apis/aetheredge.io/v1/blueprints", parameters: [("watch", "true"), ("timeoutSeconds", "1")])
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 1)
            #expect(lines.first?.contains("\"type\":\"ADDED\"") == true)
        }
    }

    @Test func `a user's watches are bounded and given back`() async throws {
        var limits = ServerLimits()
        limits.watchesPerPrivilegedUser = 1
        try await withServer(limits: limits) { server in
            let request = "GET /apis/aetheredge.io/v1/blueprints?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n"
            let first = try RawConnection(server.socketPath)
            try await first.send(request)
            #expect(try await first.read(until: "\r\n\r\n").contains("200 OK"))
            let second = try await refusal {
                _ = try await server.client.send(
                    path: "/apis/aetheredge.io/v1/blueprints", parameters: [("watch", "true"), ("timeoutSeconds", "1")])
            }
            #expect(second.code == .tooManyRequests)
            first.close()
            // The place is given back once the server has seen the end.
            var isFree = false
            for _ in 0..<1_000 where !isFree {
                do throws(ControlClientError) {
                    _ = try await server.client.send(
                        path: "/apis/aetheredge.io/v1/blueprints",
                        parameters: [("watch", "true"), ("timeoutSeconds", "1")])
                    isFree = true
                } catch {
                    #expect(error.code == .tooManyRequests)
                }
            }
            #expect(isFree)
        }
    }

    @Test func `a watch goes on after the daemon was started again`() async throws {
        try await withTemporaryDirectory("api") { directory in
            let database = try HostDatabase.inMemory()
            let store = SQLiteObjectStore(database)
            let client = try APIClient(socketPath: directory + "/control.sock")
            var events = client.watch(blueprintKind).makeAsyncIterator()
            try await runServer(in: directory, database: database) { _ in
                guard case .listed = try await events.next() else { throw UnexpectedSuccess() }
                _ = try await store.create(blueprint("a"), durability: .deferred)
                guard case .added = try await events.next() else { throw UnexpectedSuccess() }
            }
            _ = try await store.create(blueprint("b"), durability: .deferred)
            try await runServer(in: directory, database: database) { _ in
                var event = try await events.next()
                if case .interrupted = event { event = try await events.next() }
                guard case .added(let added) = event else { throw UnexpectedSuccess() }
                #expect(added.metadata.name == "b")
            }
            await client.shutdown()
        }
    }

    @Test func `a watch that begins with more than a page tells each object once`() async throws {
        var limits = ServerLimits()
        limits.pageSize = 3
        try await withServer(limits: limits) { server in
            for index in 0..<10 {
                _ = try await server.store.create(blueprint("b-\(index)"), durability: .deferred)
            }
            let bytes = try await server.client.send(
                path: "/apis/aetheredge.io/v1/blueprints", parameters: [("watch", "true"), ("timeoutSeconds", "1")])
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 10)
            #expect(lines.allSatisfy { $0.contains("\"type\":\"ADDED\"") })
        }
    }

    @Test func `watchers that want bookmarks get them`() async throws {
        var limits = ServerLimits()
        limits.bookmarkInterval = .milliseconds(50)
        try await withServer(limits: limits) { server in
            _ = try await server.store.create(blueprint("a"), durability: .deferred)
            var events = server.client.watch(blueprintKind).makeAsyncIterator()
            guard case .listed(let list) = try await events.next() else { throw UnexpectedSuccess() }
            guard case .bookmark(let version) = try await events.next() else { throw UnexpectedSuccess() }
            #expect(version == list.version)
        }
    }

    @Test func `a graceful shutdown ends watches with a clean end of stream`() async throws {
        try await withServer { server in
            let watch = try RawConnection(server.socketPath)
            try await watch.send("GET /apis/aetheredge.io/v1/blueprints?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await watch.read(until: "\r\n\r\n").contains("200 OK"))
            let idle = try RawConnection(server.socketPath)
            try await idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await idle.read(until: "ok").contains("200 OK"))
            await server.stop()
            #expect(try await watch.readToEnd().hasSuffix("0\r\n\r\n"))
            #expect(try await idle.readToEnd() == "")
        }
    }
}
