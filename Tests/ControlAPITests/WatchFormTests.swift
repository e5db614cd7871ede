import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

@Suite struct WatchFormTests {
    private func frames(_ server: ServerFixture, _ query: String, accept: String = "application/json") async throws
        -> [JSONValue]
    {
        let answer = try await server.request(
            "GET", blueprintsPath + "?watch=1&timeoutSeconds=1&" + query, accept: accept)
        return Self.frames(answer.body)
    }

    /// The frames of an answer; its chunks stand around the lines.
    private static func frames(_ body: String) -> [JSONValue] {
        body.split(separator: "\r\n").flatMap { $0.split(separator: "\n") }
            .filter { $0.hasPrefix("{") }.compactMap { try? JSONValue(parsing: String($0)) }
    }

    @Test func `a watch that asks for everything first ends that with a mark`() async throws {
        try await withServer { server in
            for name in ["a", "b"] { _ = try await server.store.create(blueprint(name), durability: .deferred) }
            let query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            for version in ["", "&resourceVersion=0", "&resourceVersion=1"] {
                let frames = try await frames(server, query + version)
                #expect(frames.map { $0["type"]?.stringValue } == ["ADDED", "ADDED", "BOOKMARK"], "\(version)")
                let metadata = frames.last?["object"]?["metadata"]
                #expect(metadata?["annotations"] == ["k8s.io/initial-events-end": "true"])
                #expect(metadata?["resourceVersion"] != nil)
                #expect(frames.last?["object"]?["kind"] == "Blueprint")
            }
            let none = try await frames(server, "sendInitialEvents=false&resourceVersionMatch=NotOlderThan")
            #expect(none.isEmpty)
        }
    }

    @Test func `tables of a watch name their columns once`() async throws {
        try await withServer { server in
            for name in ["a", "b"] { _ = try await server.store.create(blueprint(name), durability: .deferred) }
            let accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
            let frames = try await frames(server, "includeObject=Object", accept: accept)
            let tables = frames.compactMap { $0["object"] }
            #expect(tables.map { $0["kind"]?.stringValue } == ["Table", "Table"])
            #expect(tables.first?["columnDefinitions"]?.arrayValue?.isEmpty == false)
            #expect(tables.last?["columnDefinitions"] == [])
            #expect(tables.last?["rows"]?.arrayValue?.first?["object"]?["kind"] == "Blueprint")
            let metadata = try await self.frames(server, "", accept: accept)
            #expect(
                metadata.first?["object"]?["rows"]?.arrayValue?.first?["object"]?["kind"] == "PartialObjectMetadata")
            let none = try await self.frames(server, "includeObject=None", accept: accept)
            #expect(none.first?["object"]?["rows"]?.arrayValue?.first?["object"] == nil)
        }
    }

    @Test func `a bookmark has the form of the frames beside it`() async throws {
        var limits = ServerLimits()
        limits.bookmarkInterval = .milliseconds(20)
        try await withServer(limits: limits) { server in
            for (accept, kind) in [
                ("application/json", "Blueprint"), ("application/json;as=Table;v=v1;g=meta.k8s.io", "Table"),
                ("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "PartialObjectMetadata"),
            ] {
                let connection = try RawConnection(server.socketPath)
                try await connection.send(
                    "GET \(blueprintsPath)?watch=1&allowWatchBookmarks=true HTTP/1.1\r\nHost: x\r\n"
                        + "Accept: \(accept)\r\n\r\n")
                let frames = Self.frames(try await connection.read(until: "\"BOOKMARK\"}"))
                connection.close()
                let object = frames.first { $0["type"] == "BOOKMARK" }?["object"]
                #expect(object?["kind"]?.stringValue == kind)
                #expect(object?["metadata"]?["resourceVersion"] != nil)
            }
            #expect(try await frames(server, "").allSatisfy { $0["type"] != "BOOKMARK" })
        }
    }
}
