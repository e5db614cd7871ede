import FoundationEssentials
import Glibc
import Testing

/// What other clients than kubectl make of the API; needs what `make deps` installs from PyPI.
@Suite(.enabled(if: Python.isExpected)) struct PythonConformanceTests {
    @Test func `the Python client discovers, lists, writes, patches and watches`() async throws {
        try await withCluster { cluster in
            let result = try await cluster.command.run(
                [
                    Python.directory + "/python3", Python.fixture("client.py"),
                    cluster.command.directory + "/kubeconfig",
                ],
                atMost: .seconds(120))
            #expect(result.isSuccess, "\(result)")
        }
    }

    private struct Index: Decodable {
        struct Entry: Decodable {
            let serverRelativeURL: String
        }

        let paths: [String: Entry]
    }

    /// Every document that is published; with AETHEREDGE_CAMPAIGN=full schemathesis also tries what lies at the bounds.
    @Test func `no request that the schemas allow meets a failure or an answer that they do not`() async throws {
        let isFull = getenv("AETHEREDGE_CAMPAIGN").map { String(cString: $0) } == "full"
        try await withCluster { cluster in
            let published = try await cluster.curl("/openapi/v3")
            let index = try JSONDecoder().decode(Index.self, from: Data(published.output.utf8))
            #expect(index.paths["apis/aetheredge.io/v1"] != nil)
            let made = try await cluster.aetherctl("token", "--duration", "1d")
            let certificate = try cluster.certificate()
            var command = cluster.command
            command.environment["REQUESTS_CA_BUNDLE"] = certificate
            command.environment["SCHEMATHESIS_HOOKS"] = "hooks"
            command.environment["PYTHONPATH"] = Python.fixture("")
            let url = "https://127.0.0.1:\(cluster.port)"
            let checks = [
                "not_a_server_error", "status_code_conformance", "content_type_conformance",
                "response_schema_conformance", "response_headers_conformance",
            ]
            for document in index.paths.values.map(\.serverRelativeURL).sorted() {
                let result = try await command.run(
                    [
                        Python.directory + "/schemathesis", "run", url + document, "--url", url, "--tls-verify",
                        certificate, "-H", "Authorization: Bearer \(made.output.filter { $0 != "\n" })", "-c",
                        checks.joined(separator: ","), "--phases",
                        isFull ? "examples,coverage,fuzzing" : "examples,fuzzing", "-n", isFull ? "100" : "4",
                        "--suppress-health-check", "all", "--no-color", "--seed", "1",
                    ], atMost: isFull ? .seconds(7200) : .seconds(300))
                #expect(result.isSuccess, "\(document): \(result)")
                #expect(result.output.contains("generated"), "\(result)")
            }
        }
    }
}

extension Cluster {
    /// The certificate of the proxy, as a file.
    fileprivate func certificate() throws -> String {
        let kept = try read(command.directory + "/home/.local/state/aetheredge/proxy.pem")
        guard let end = kept.split(separator: "-----BEGIN PRIVATE", maxSplits: 1).first else {
            throw ConformanceError("the proxy kept no certificate")
        }
        return try file("ca.pem", String(end))
    }
}
