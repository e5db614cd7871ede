import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

@Suite struct DeletionTests {
    private let path = blueprintsPath + "/web"

    private func made(_ server: ServerFixture, finalizers: [String]? = nil) async throws -> APIObject {
        var object = blueprint("web")
        object.metadata.finalizers = finalizers
        return try await server.store.create(object, durability: .deferred)
    }

    @Test func `the deletion of an object that nothing holds is answered with a status that names it`() async throws {
        try await withServer { server in
            let stored = try await made(server)
            let answer = try await server.request("DELETE", path)
            #expect(answer.status == 200)
            let json = try answer.json
            #expect(json["kind"] == "Status" && json["status"] == "Success")
            #expect(
                json["details"] == [
                    "name": "web", "kind": "blueprints", "group": "aetheredge.io",
                    "uid": .string(stored.metadata.uid ?? ""),
                ])
            #expect(try await server.request("DELETE", path).status == 404)
        }
    }

    @Test func `an object with finalizers is answered as it stands, and goes with the last of them`() async throws {
        try await withServer { server in
            _ = try await made(server, finalizers: ["x.io/a"])
            let held = try await server.request("DELETE", path).json
            #expect(held["kind"] == "Blueprint")
            #expect(held["metadata"]?["deletionTimestamp"] != nil)
            #expect(held["metadata"]?["deletionGracePeriodSeconds"] == 0)
            let released = try await server.request(
                "PATCH", path, type: "application/merge-patch+json", ["metadata": ["finalizers": .null]])
            #expect(released.status == 200)
            #expect(try await server.request("GET", path).status == 404)
        }
    }

    @Test(arguments: [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")])
    func `propagation that needs the collector holds the object for it`(policy: String, finalizer: String) async throws
    {
        try await withServer { server in
            _ = try await made(server)
            let body: JSONValue = ["kind": "DeleteOptions", "propagationPolicy": .string(policy)]
            let held = try await server.request("DELETE", path, body).json
            #expect(held["metadata"]?["finalizers"] == [.string(finalizer)])
            #expect(held["metadata"]?["deletionTimestamp"] != nil)
            let again = try await server.request("DELETE", path, body).json
            #expect(again["metadata"]?["finalizers"] == [.string(finalizer)])
            #expect(try await server.request("DELETE", path + "?propagationPolicy=Background").status == 200)
            #expect(try await server.request("GET", path).status == 404)
        }
    }

    @Test func `a deletion of another uid or version, or that asks for nonsense, deletes nothing`() async throws {
        try await withServer { server in
            _ = try await made(server)
            #expect(try await server.request("DELETE", path, ["preconditions": ["uid": "x"]]).status == 409)
            #expect(
                try await server.request("DELETE", path, ["preconditions": ["resourceVersion": "99999"]]).status == 409)
            #expect(try await server.request("DELETE", path, ["propagationPolicy": "Sideways"]).status == 422)
            #expect(
                try await server.request(
                    "DELETE", path, ["propagationPolicy": "Orphan", "orphanDependents": true]
                ).status == 422)
            #expect(try await server.request("DELETE", path, ["dryRun": ["Some"]]).status == 422)
            #expect(try await server.request("DELETE", path, ["gracePeriodSeconds": -1]).status == 422)
            #expect(try await server.request("DELETE", path, ["dryRun": ["All"]]).status == 200)
            #expect(try await server.request("DELETE", path + "?dryRun=All&propagationPolicy=Orphan").status == 200)
            #expect(try await server.request("GET", path).status == 200)
            #expect(server.recorder.audited.isEmpty)
        }
    }

    @Test func `a selection of objects is deleted at once`() async throws {
        var limits = ServerLimits()
        limits.pageSize = 3
        try await withServer(limits: limits) { server in
            for index in 0..<10 {
                _ = try await server.store.create(
                    blueprint("b-\(index)", labels: ["odd": index % 2 == 1 ? "yes" : "no"]), durability: .deferred)
            }
            let dry = try await server.request("DELETE", blueprintsPath + "?dryRun=All")
            #expect(dry.status == 200)
            #expect(try await server.client.list(blueprintKind).items.count == 10)
            let odd = try await server.request("DELETE", blueprintsPath + "?labelSelector=odd%3Dyes")
            #expect(try odd.json["status"] == "Success")
            #expect(
                try await server.client.list(blueprintKind).items.map(\.metadata.name) == [
                    "b-0", "b-2", "b-4", "b-6", "b-8",
                ])
            #expect(try await server.request("DELETE", blueprintsPath).status == 200)
            #expect(try await server.client.list(blueprintKind).items.isEmpty)
            #expect(server.recorder.audited.allSatisfy { $0.verb == "deletecollection" })
        }
    }
}
