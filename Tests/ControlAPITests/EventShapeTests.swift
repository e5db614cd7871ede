import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

/// Events as clients of Kubernetes read and write them.
@Suite struct EventShapeTests {
    private let core = "/api/v1/namespaces/default/events"
    private let events = "/apis/events.k8s.io/v1/namespaces/default/events"

    /// An event of the daemon's own.
    private func record(_ name: String, on involved: String, uid: String, count: Int, in server: ServerFixture)
        async throws
    {
        var spec = EventKind.Spec(
            involvedKind: "Blueprint", involvedName: involved, involvedUID: uid, type: "Warning", reason: "Drifted",
            message: "it drifted", time: WallTime(nanoseconds: 1_500_000_000), source: "aetheredged")
        spec.count = count
        spec.lastTimestamp = WallTime(seconds: 60)
        let event = Object<EventKind>(metadata: ObjectMeta(name: name), spec: spec, status: EventKind.Status())
        _ = try await server.store.create(event.untyped(), durability: .deferred)
    }

    private func names(_ list: JSONValue) -> [String] {
        (list["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
    }

    @Test func `an event is the same in each of its shapes`() async throws {
        try await withServer { server in
            try await record("web.1", on: "web", uid: "u-1", count: 3, in: server)
            let one = try await server.request("GET", core + "/web.1").json
            #expect(one["apiVersion"] == "v1" && one["kind"] == "Event")
            #expect(one["metadata"]?["namespace"] == "default")
            #expect(
                one["involvedObject"] == [
                    "apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "name": "web", "uid": "u-1",
                ])
            #expect(one["count"] == 3 && one["message"] == "it drifted" && one["type"] == "Warning")
            #expect(one["firstTimestamp"] == "1970-01-01T00:00:01Z" && one["lastTimestamp"] == "1970-01-01T00:01:00Z")
            #expect(one["source"] == ["component": "aetheredged"])
            let other = try await server.request("GET", events + "/web.1").json
            #expect(other["apiVersion"] == "events.k8s.io/v1")
            #expect(other["regarding"] == one["involvedObject"])
            #expect(other["note"] == "it drifted" && other["deprecatedCount"] == 3)
            #expect(other["eventTime"] == "1970-01-01T00:00:01.500000Z")
            #expect(other["series"] == ["count": 3, "lastObservedTime": "1970-01-01T00:01:00.000000Z"])
            let ours = try await server.request("GET", "/apis/aetheredge.io/v1/events/web.1").json
            #expect(ours["spec"]?["involvedName"] == "web")
        }
    }

    @Test func `events are found by what they are about, in their namespace only`() async throws {
        try await withServer { server in
            try await record("web.1", on: "web", uid: "u-1", count: 1, in: server)
            try await record("db.1", on: "db", uid: "u-2", count: 1, in: server)
            for (path, expected) in [
                ("/api/v1/events", ["db.1", "web.1"]), (core, ["db.1", "web.1"]), (events, ["db.1", "web.1"]),
                ("/api/v1/namespaces/other/events", []),
                (core + "?fieldSelector=involvedObject.name%3Dweb", ["web.1"]),
                (
                    "/api/v1/events?fieldSelector=involvedObject.uid%3Du-2%2CinvolvedObject.namespace%3D"
                        + "%2CinvolvedObject.kind%3DBlueprint", ["db.1"]
                ),
                (core + "?fieldSelector=involvedObject.apiVersion%3Dv1", []),
                (core + "?fieldSelector=reason!%3DDrifted", []),
                (core + "?fieldSelector=type%3DWarning&limit=1", ["db.1"]),
                (events + "?fieldSelector=regarding.name%3Ddb", ["db.1"]),
            ] as [(String, [String])] {
                #expect(names(try await server.request("GET", path).json) == expected, "\(path)")
            }
            #expect(try await server.request("GET", core + "?fieldSelector=spec.x%3D1").status == 400)
            #expect(try await server.request("GET", "/api/v1/namespaces/other/events/web.1").status == 404)
        }
    }

    @Test func `a table of events has the columns that people know`() async throws {
        try await withServer { server in
            try await record("web.1", on: "web", uid: "u-1", count: 2, in: server)
            let table = try await server.request(
                "GET", core, accept: "application/json;as=Table;v=v1;g=meta.k8s.io"
            ).json
            let columns = (table["columnDefinitions"]?.arrayValue ?? []).filter { $0["priority"] == 0 }
            #expect(
                columns.map { $0["name"]?.stringValue } == ["Last Seen", "Type", "Reason", "Object", "Message"])
            let cells = table["rows"]?.arrayValue?.first?["cells"]?.arrayValue ?? []
            #expect(cells.contains("blueprint/web") && cells.contains("it drifted") && cells.contains(2))
        }
    }

    @Test func `an operator makes an event, counts it up and deletes it`() async throws {
        try await withServer { server in
            let body: JSONValue = [
                "apiVersion": "v1", "kind": "Event",
                "metadata": ["generateName": "kopf-event-", "namespace": "default"],
                "involvedObject": ["apiVersion": "aetheredge.io/v1", "kind": "Blueprint", "name": "web", "uid": "u"],
                "type": "Normal", "reason": "Logging", "message": "hello", "action": "Action?",
                "reportingComponent": "kopf", "reportingInstance": "dev", "source": ["component": "kopf"],
                "firstTimestamp": "2026-01-01T00:00:00.000000Z", "lastTimestamp": "2026-01-01T00:00:00.000000Z",
                "eventTime": "2026-01-01T00:00:00.000000Z",
            ]
            #expect(try await server.request("POST", core + "?dryRun=All", body).status == 201)
            let made = try await server.request("POST", core, body)
            #expect(made.status == 201)
            let name = try #require(try made.json["metadata"]?["name"]?.stringValue)
            #expect(name.hasPrefix("kopf-event-"))
            #expect(try made.json["reportingInstance"] == "dev")
            for type in ["application/merge-patch+json", "application/strategic-merge-patch+json"] {
                let patched = try await server.request("PATCH", "\(core)/\(name)", type: type, ["count": 7])
                #expect(try patched.json["count"] == 7)
            }
            #expect(names(try await server.request("GET", "/apis/aetheredge.io/v1/events").json) == [name])
            #expect(try await server.request("DELETE", "\(core)/\(name)").status == 200)
            #expect(try await server.request("GET", "\(core)/\(name)").status == 404)
            #expect(server.recorder.audited.map(\.verb) == ["create", "patch", "patch", "delete"])
        }
    }

    @Test func `what is no event, or not for this place, is refused`() async throws {
        try await withServer { server in
            for (path, body, code) in [
                (core, ["kind": "Pod"], 400), (core, ["metadata": ["name": "a", "namespace": "other"]], 400),
                (core, ["metadata": ["name": "A B"]], 422), (core, ["metadata": ["name": "a"], "type": "Odd"], 422),
                (core, ["metadata": ["name": "a"], "firstTimestamp": "yesterday"], 400),
                ("/api/v1/namespaces/other/events", ["metadata": ["name": "a"]], 404),
            ] as [(String, JSONValue, Int)] {
                let answer = try await server.request("POST", path, body)
                #expect(answer.status == code, "\(body.canonicalText): \(answer.body)")
            }
            #expect(try await server.request("POST", "/api/v1/events", ["metadata": ["name": "a"]]).status == 405)
        }
    }

    @Test func `discovery and OpenAPI name both groups`() async throws {
        try await withServer { server in
            #expect(try await server.request("GET", "/api").json["versions"] == ["v1"])
            let resources = try await server.request("GET", "/api/v1").json["resources"]?.arrayValue
            #expect(resources?.first?["namespaced"] == true)
            #expect(resources?.first?["verbs"]?.arrayValue?.contains("watch") == true)
            #expect(try await server.request("GET", "/apis/events.k8s.io/v1").status == 200)
            let ours = try await server.request("GET", "/apis/aetheredge.io/v1").json["resources"]?.arrayValue
            let own = ours?.first { $0["name"] == "events" }
            #expect(own?["verbs"] == ["get", "list", "watch"])
            let document = try await server.request("GET", "/openapi/v3/api/v1").json
            #expect(document["paths"]?["/api/v1/namespaces/{namespace}/events/{name}"]?["patch"] != nil)
            #expect(document["components"]?["schemas"]?["io.aetheredge.v1.CoreEventList"] != nil)
        }
    }
}
