import ControlAPI
import ControlClient
import Model
import Testing

@Suite struct ActionTests {
    @Test func `every action reaches its controller and its answer comes back`() async throws {
        try await withServer { server in
            let client = server.client
            #expect(try await client.summary().generation == 3)
            #expect(try await client.plan().hash == "h")
            #expect(try await client.plan(PlanRequest(directory: "/srv/site")).hash == "h")
            #expect(try await client.reconcile(ReconcileRequest(planHash: "h")).pass == 7)
            #expect(try await client.passProgress(7).result == .succeeded)
            #expect(try await client.facts().hostname == "edge-1")
            #expect(try await client.rollback(RollbackRequest(generation: 2)).pass == 8)
            #expect(try await client.history().map(\.generation) == [3])
            try await client.pause(
                ObjectKey(kind: ResourceKind.descriptor.kind, name: "file:/etc/motd"), PauseRequest(seconds: 60))
            try await client.resume(blueprintKey("web"))
            try await client.decide("run-1", DecisionRequest(decision: .approved))
            #expect(try await client.adopt(AdoptRequest(resources: ["a", "b"])).yaml == "adopted a b")
            let id = ResourceID(type: .file, identity: "/etc/motd")
            for name in ["file:/etc/motd", "file:etc-motd", "file:%2Fetc%2Fmotd"] {
                #expect(try await client.diff(name).resource == id)
            }
            #expect(try await client.why("unit:nginx.service").resource.identity == "nginx.service")
            #expect(try await client.versions("file:/etc/motd").isEmpty)
            #expect(try await client.runPlan("run-1").hash == "h")
            #expect(try await client.runLog("run-1").map(\.state) == ["done"])
            #expect(try await client.verifyAudit().records == 4)
            var size = 0
            for try await chunk in try await client.content("file:/etc/motd", digest: ContentDigest(hashing: "x")) {
                size += chunk.count
            }
            #expect(size == 50_000)
            #expect(
                server.recorder.calls == [
                    "plan ", "plan /srv/site", "reconcile h 0:root", "rollback 2", "pause Resource/file:etc-motd 60",
                    "resume Blueprint/web", "decide run-1 Approved",
                ])
            #expect(
                server.recorder.audited.map { "\($0.verb) \($0.object) \($0.outcome)" } == [
                    "reconcile Source/default allowed", "rollback Source/default allowed",
                    "pause Resource/file:etc-motd allowed", "resume Blueprint/web allowed",
                    "decision Approval/run-1 allowed",
                ])
        }
    }

    @Test func `a controller's error is the status of the answer`() async throws {
        try await withServer { server in
            for (code, reason, status) in [
                (ControlError.Code.notFound, "NotFound", 404), (.invalid, "Invalid", 422), (.conflict, "Conflict", 409),
                (.forbidden, "Forbidden", 403), (.unavailable, "ServiceUnavailable", 503),
            ] {
                server.recorder.fail(ControlError(code, "the reason"))
                let error = try await refusal { _ = try await server.client.summary() }
                #expect(error.message == "the reason")
                #expect(error.code.rawValue == reason)
                #expect(error.status?.code == status)
            }
        }
    }

    @Test func `malformed requests of actions are refused and reach nobody`() async throws {
        try await withServer { server in
            let source = "/apis/aetheredge.io/v1/sources/default"
            for (method, path, body, code) in [
                ("POST", source + "/reconcile", "{\"planHash\": 1}", 400), ("POST", source + "/reconcile", "{", 400),
                ("GET", source + "/reconcile", "", 405), ("GET", source + "/passes/x", "", 404),
                ("POST", "/apis/aetheredge.io/v1/sources/other/plan", "", 404),
                ("POST", source + "/pause", "{\"seconds\": 0}", 422),
                ("POST", source + "/pause", "{\"seconds\": 9223372036854775806}", 422),
                ("GET", "/apis/aetheredge.io/v1/resources/nothing/diff", "", 404),
                ("GET", "/apis/aetheredge.io/v1/resources/file:etc-motd/content?digest=x", "", 400),
                ("GET", "/apis/aetheredge.io/v1/policies", "", 404), ("GET", "/apis/aetheredge.io/v1/a%zz", "", 400),
            ] {
                let error = try await refusal {
                    _ = try await server.client.send(method, path: path, body: Array(body.utf8))
                }
                #expect(error.status?.code == code, "\(method) \(path)")
            }
            #expect(server.recorder.calls.isEmpty)
            #expect(server.recorder.audited.isEmpty)
        }
    }
}
