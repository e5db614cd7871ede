import ControlAPI
import ControlClient
import Model
import Store
import TestSupport
import Testing

@Suite struct ListTests {
    private func make(_ server: ServerFixture, _ range: Range<Int>) async throws {
        for index in range {
            _ = try await server.store.create(blueprint("b-\(index + 100)"), durability: .deferred)
        }
    }

    private func names(_ list: JSONValue) -> [String] {
        (list["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
    }

    private func page(_ server: ServerFixture, limit: Int, _ token: String? = nil) async throws -> JSONValue {
        let rest = token.map { "&continue=" + PercentEncoding.encode($0) } ?? ""
        return try await server.request("GET", blueprintsPath + "?limit=\(limit)" + rest).json
    }

    private func token(_ list: JSONValue) -> String? { list["metadata"]?["continue"]?.stringValue }

    @Test func `the pages of a list show what there was when it began`() async throws {
        try await withServer { server in
            try await make(server, 0..<10)
            let first = try await page(server, limit: 4)
            #expect(names(first) == ["b-100", "b-101", "b-102", "b-103"])
            #expect(first["metadata"]?["remainingItemCount"] == 6)
            _ = try await server.store.create(blueprint("b-104-new"), durability: .deferred)
            _ = try await server.store.delete(blueprintKey("b-105"), precondition: nil)
            _ = try await server.store.delete(blueprintKey("b-109"), precondition: nil)
            _ = try await server.store.create(blueprint("b-999"), durability: .deferred)
            _ = try await server.client.patch(blueprintKey("b-106"), .merge(["metadata": ["labels": ["x": "y"]]]))
            let second = try await page(server, limit: 4, token(first))
            #expect(second["items"]?.arrayValue?[2]["metadata"]?["labels"] == nil)
            #expect(names(second) == ["b-104", "b-105", "b-106", "b-107"])
            #expect(second["metadata"]?["resourceVersion"] == first["metadata"]?["resourceVersion"])
            // Made again with the same name, it is another object.
            _ = try await server.store.create(blueprint("b-109"), durability: .deferred)
            let third = try await page(server, limit: 4, token(second))
            #expect(names(third) == ["b-108", "b-109"])
            #expect(token(third) == nil)
            #expect(third["metadata"]?["remainingItemCount"] == nil)
        }
    }

    @Test func `a list whose state is gone says so and can go on with the newest`() async throws {
        try await withServer { server in
            try await make(server, 0..<6)
            let first = try await page(server, limit: 2)
            let version = first["metadata"]?["resourceVersion"]
            var object = try await server.client.get(blueprintKey("b-105"))
            for index in 0..<1_100 {
                object.metadata.resourceVersion = nil
                object.metadata.annotations = ["n": String(index)]
                _ = try await server.store.update(object, part: .all, durability: .deferred)
            }
            _ = try await server.store.delete(blueprintKey("b-103"), precondition: nil)
            let encoded = PercentEncoding.encode(try #require(token(first)))
            let gone = try await server.request("GET", blueprintsPath + "?limit=2&continue=\(encoded)")
            #expect(gone.status == 410)
            #expect(try gone.json["reason"] == "Expired")
            let rest = try await page(server, limit: 10, token(try gone.json))
            #expect(names(rest) == ["b-102", "b-104", "b-105"])
            #expect(rest["metadata"]?["resourceVersion"] != version)
            // Without a limit the whole list is one answer, also of a kind that changes a lot.
            #expect(names(try await server.request("GET", blueprintsPath).json).count == 5)
        }
    }

    @Test func `the version of a list is what the client asks for`() async throws {
        try await withServer { server in
            try await make(server, 0..<3)
            let version = try #require(
                try await page(server, limit: 0)["metadata"]?["resourceVersion"]?.stringValue.flatMap(UInt64.init))
            let exact = "?resourceVersionMatch=Exact&resourceVersion=\(version)"
            #expect(names(try await server.request("GET", blueprintsPath + exact).json).count == 3)
            try await make(server, 3..<4)
            let then = try await server.request("GET", blueprintsPath + exact).json
            #expect(names(then) == ["b-100", "b-101", "b-102"])
            #expect(then["metadata"]?["resourceVersion"]?.stringValue == String(version))
            let limited = try await server.request("GET", blueprintsPath + "?limit=2&resourceVersion=\(version)").json
            #expect(names(limited) == ["b-100", "b-101"])
            #expect(names(try await page(server, limit: 2, token(limited))) == ["b-102"])
            for query in ["?resourceVersion=\(version)", "?resourceVersion=0", "?resourceVersion=0&limit=9"] {
                #expect(names(try await server.request("GET", blueprintsPath + query).json).count == 4, "\(query)")
            }
            let future = try await server.request("GET", blueprintsPath + "?resourceVersion=\(version + 1_000)")
            #expect(future.status == 504)
            #expect(
                try future.json["details"]?["causes"]?.arrayValue?.first?["reason"] == "ResourceVersionTooLarge")
            #expect(future.values(of: "Retry-After") == ["1"])
            #expect(
                try await server.request("GET", blueprintsPath + "/b-100?resourceVersion=\(version + 1_000)").status
                    == 504)
        }
    }

    @Test(arguments: [
        ("resourceVersionMatch=Exact", 422), ("resourceVersionMatch=Exact&resourceVersion=0", 422),
        ("resourceVersionMatch=Sometimes&resourceVersion=1", 422), ("resourceVersion=abc", 400),
        ("continue=1.a&resourceVersion=1", 400),
        ("continue=1.a&resourceVersionMatch=NotOlderThan&resourceVersion=1", 422),
        ("continue=.a", 400), ("continue=1.", 400), ("watch=1&resourceVersionMatch=NotOlderThan", 422),
        ("watch=1&sendInitialEvents=true", 422), ("fieldSelector=nothing.x%3D1", 400), ("labelSelector=a%20in", 400),
    ])
    func `parameters that do not go together are refused`(query: String, code: Int) async throws {
        try await withServer { server in
            let answer = try await server.request("GET", blueprintsPath + "?" + query)
            #expect(answer.status == code, "\(answer.body)")
            #expect(try answer.json["kind"] == "Status")
        }
    }

    @Test func `metadata alone is answered to who asks for it`() async throws {
        try await withServer { server in
            _ = try await server.store.create(blueprint("a", labels: ["x": "y"]), durability: .deferred)
            let list = try await server.request(
                "GET", blueprintsPath, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
            ).json
            #expect(list["kind"] == "PartialObjectMetadataList")
            #expect(list["apiVersion"] == "meta.k8s.io/v1")
            #expect(names(list) == ["a"])
            #expect(list["items"]?.arrayValue?.first?["spec"] == nil)
            let one = try await server.request(
                "GET", blueprintsPath + "/a", accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
            ).json
            #expect(one["kind"] == "PartialObjectMetadata")
            #expect(one["metadata"]?["labels"] == ["x": "y"])
            #expect(one["spec"] == nil)
            let watch = try await server.request(
                "GET", blueprintsPath + "?watch=1&timeoutSeconds=1",
                accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
            #expect(watch.body.contains("\"kind\":\"PartialObjectMetadata\""))
            #expect(
                try await server.request("GET", blueprintsPath, accept: "application/json;as=Chart;v=v1;g=x").status
                    == 406)
        }
    }

    @Test func `label and field selectors choose, alone and together`() async throws {
        try await withServer { server in
            for (name, tier) in [("a", "edge"), ("b", "core"), ("c", "edge"), ("d", nil)] as [(String, String?)] {
                _ = try await server.store.create(
                    blueprint(name, mode: name == "c" ? "observe" : "enforce", labels: tier.map { ["tier": $0] }),
                    durability: .deferred)
            }
            for (query, expected) in [
                ("labelSelector=tier%3Dedge", ["a", "c"]), ("labelSelector=tier%20in%20(edge,core)", ["a", "b", "c"]),
                ("labelSelector=tier%20notin%20(edge)", ["b", "d"]), ("labelSelector=!tier", ["d"]),
                ("labelSelector=tier", ["a", "b", "c"]), ("fieldSelector=metadata.name%3Db", ["b"]),
                ("fieldSelector=metadata.name!%3Db", ["a", "c", "d"]), ("fieldSelector=spec.mode%3Dobserve", ["c"]),
                ("fieldSelector=spec.mode%3Denforce&labelSelector=tier%3Dedge", ["a"]),
                ("labelSelector=tier%3Dedge&limit=1", ["a"]),
            ] {
                let answer = try await server.request("GET", blueprintsPath + "?" + query)
                #expect(names(try answer.json) == expected, "\(query)")
            }
        }
    }
}
