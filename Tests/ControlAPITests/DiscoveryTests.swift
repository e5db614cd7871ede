import ControlClient
import Model
import Testing

@testable import ControlAPI

@Suite struct DiscoveryTests {
    private func get(_ server: ServerFixture, _ path: String, _ fields: String = "") async throws -> (
        head: String, body: String
    ) {
        let text = try await RawConnection.exchange(
            server.socketPath, "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)Connection: close\r\n\r\n")
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        return (String(parts.first ?? ""), String(parts.dropFirst().first ?? ""))
    }

    @Test(arguments: ["v2", "v2beta1"])
    func `aggregated discovery is given to whoever accepts it, once`(_ version: String) async throws {
        let type = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
        try await withServer { server in
            let answer = try await get(server, "/apis", "Accept: \(type),application/json\r\n")
            #expect(answer.head.contains("Content-Type: \(type)"))
            let list = try JSONValue(parsing: answer.body)
            #expect(list["apiVersion"] == .string("apidiscovery.k8s.io/\(version)"))
            let groups = (list["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
            #expect(Set(groups).isSuperset(of: ["aetheredge.io", "authentication.k8s.io", "authorization.k8s.io"]))
            let own = list["items"]?.arrayValue?.first { $0["metadata"]?["name"] == "aetheredge.io" }
            let resources = own?["versions"]?.arrayValue?.first?["resources"]?.arrayValue
            let blueprints = resources?.first { $0["resource"] == "blueprints" }
            #expect(blueprints?["scope"] == "Cluster")
            #expect(blueprints?["shortNames"] == ["bp"])
            #expect(blueprints?["responseKind"]?["kind"] == "Blueprint")
            let subresources = blueprints?["subresources"]?.arrayValue?.compactMap { $0["subresource"]?.stringValue }
            #expect(subresources == ["pause", "resume", "status"])
            let tag = try #require(answer.head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }).dropFirst(6)
            let again = try await get(server, "/apis", "Accept: \(type)\r\nIf-None-Match: \(tag)\r\n")
            #expect(again.head.contains("304"))
            #expect(again.body.isEmpty)
        }
    }

    @Test func `whoever does not accept it gets the older documents`() async throws {
        try await withServer { server in
            for accept in ["", "Accept: application/json\r\n", "Accept: application/json;as=Other;v=v9, */*\r\n"] {
                let answer = try await get(server, "/apis", accept)
                #expect(try JSONValue(parsing: answer.body)["kind"] == "APIGroupList")
            }
            let group = try await get(server, "/apis/authorization.k8s.io")
            #expect(
                try JSONValue(parsing: group.body)["preferredVersion"]?["groupVersion"] == "authorization.k8s.io/v1")
            let missing = try await get(server, "/apis/apps")
            #expect(missing.head.contains("404"))
        }
    }

    @Test func `the version has what typed clients insist on`() async throws {
        try await withServer { server in
            let version = try await server.client.version()
            #expect(version["version"] == "1.2.3")
            #expect(version["gitVersion"] == "v1.32.0+aetheredge-1.2.3")
            for name in [
                "major", "minor", "gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform",
            ] {
                #expect(version[name]?.stringValue?.isEmpty == false, "\(name)")
            }
        }
    }

    @Test func `schemas are found by their hash, kept for ever by it, and an old hash leads to the new one`()
        async throws
    {
        try await withServer { server in
            let index = try JSONValue(parsing: try await get(server, "/openapi/v3").body)
            let url = try #require(index["paths"]?["apis/aetheredge.io/v1"]?["serverRelativeURL"]?.stringValue)
            let document = try await get(server, url)
            #expect(document.head.contains("immutable"))
            let old = try await get(server, "/openapi/v3/apis/aetheredge.io/v1?hash=OLD")
            #expect(old.head.contains("301"))
            #expect(old.head.contains("Location: \(url)"))
            let json = try await get(server, "/openapi/v2", "Accept: application/json\r\n")
            #expect(try JSONValue(parsing: json.body)["swagger"] == "2.0")
            let other = try await get(server, "/openapi/v2", "Accept: text/html\r\n")
            #expect(other.head.contains("406"))
        }
    }

    @Test func `every reference in the published schemas leads somewhere, and every operation has its own name`() {
        for dialect in [OpenAPIExport.Dialect.v2, .v3] {
            let operations = ServedGroup.names.flatMap {
                APIOperation.all(below: $0.isEmpty ? "/api/v1" : "/apis/\($0)/v1")
            }
            let document = OpenAPIDocument(dialect).json(operations)
            let schemas = document["components"]?["schemas"] ?? document["definitions"] ?? .null
            for name in references(in: document) {
                #expect(schemas[String(name.dropFirst(dialect.prefix.count))] != nil, "\(name)")
            }
            #expect(Set(operations.map(\.id)).count == operations.count)
            let published = Set(operations.map { "\($0.method) \($0.path)" })
            let served = RouteTable.routes.filter { $0.kindName != nil }
            #expect(published.count == served.count)
        }
    }

    private func references(in value: JSONValue) -> [String] {
        switch value {
        case .array(let elements): elements.flatMap(references)
        case .object(let members):
            (members["$ref"]?.stringValue.map { [$0] } ?? []) + members.values.flatMap(references)
        default: []
        }
    }

    @Test func `the protobuf form holds what the JSON form holds`() throws {
        let schema: JSONValue = [
            "swagger": "2.0", "info": ["title": "t", "version": "1"], "paths": .object([:]),
            "definitions": ["a.B": ["type": "object", "description": "d", "properties": ["x": ["type": "string"]]]],
        ]
        let document = try #require(ProtobufMessage(ProtobufDocument.encode(schema)[...]))
        #expect(document.text(1) == "2.0")
        #expect(document.message(2)?.text(1) == "t")
        let named = try #require(document.message(9)?.message(1))
        #expect(named.text(1) == "a.B")
        let written = try #require(named.message(2))
        #expect(written.text(4) == "d")
        #expect(written.message(22)?.text(1) == "object")
        #expect(written.message(25)?.message(1)?.text(1) == "x")
        #expect(written.message(25)?.message(1)?.message(2)?.message(22)?.text(1) == "string")
    }
}
