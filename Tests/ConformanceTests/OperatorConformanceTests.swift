import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Operators in Python: the dynamic client, watches across restarts of the daemon, and kopf.
@Suite(.enabled(if: Python.isExpected, "kopf and its like are not installed; run: make deps"))
struct OperatorConformanceTests {
    @Test func `the dynamic client applies, conflicts, watches, and makes events`() async throws {
        try await withCluster { cluster in
            let result = try await cluster.command.run(
                [Python.directory + "/python3", Python.fixture("objects.py")], atMost: .seconds(120))
            #expect(result.isSuccess && result.output == "fine\n", "\(result)")
        }
    }

    @Test func `a watch that goes on after the daemon was stopped or killed misses nothing`() async throws {
        try await withCluster { cluster in
            let watcher = try await cluster.command.start(
                [Python.directory + "/python3", Python.fixture("watcher.py")], name: "watcher", until: "watching")
            var expected = "watching\n"
            for round in 0..<4 {
                for index in 0..<3 {
                    let name = "b\(round)-\(index)"
                    try await make(name, cluster)
                    expected += "ADDED \(name)\n"
                }
                try await cluster.restartDaemon(byKilling: round % 2 == 1)
            }
            try await make("last", cluster)
            expected += "ADDED last\n"
            let status = try await onOwnThread { watcher.wait(atMost: .seconds(60)) }
            if status == nil { watcher.stop() }
            #expect(status == 0)
            #expect(try read(cluster.command.directory + "/watcher.out") == expected)
        }
    }

    @Test func `an operator of kopf adopts objects, follows them and lets them go`() async throws {
        try await withCluster { cluster in
            let kopf = try await cluster.command.start(
                [Python.directory + "/kopf", "run", "--standalone", "--all-namespaces", Python.fixture("handlers.py")],
                name: "kopf", until: "Initial authentication has finished")
            let result: Result<Void, any Error>
            do { result = .success(try await follow(kopf, cluster)) } catch { result = .failure(error) }
            _ = try await onOwnThread { kopf.stop() }
            let told = try read(cluster.command.directory + "/kopf.err")
            #expect(!told.contains("Traceback"), "\(told)")
            try result.get()
        }
    }

    private func follow(_ kopf: ChildProcess, _ cluster: Cluster) async throws {
        let kubectl = try #require(Kubectl.installed.first)
        func eventually(_ path: String, _ expected: String) async throws {
            let value = try await cluster.run(
                kubectl, "wait", "--for=jsonpath={\(path)}=\(expected)", "bp/mine", "--timeout=60s")
            let told = try read(cluster.command.directory + "/kopf.err")
            #expect(value.isSuccess, "\(value)\n\(told)")
        }
        let object = """
            apiVersion: aetheredge.io/v1
            kind: Blueprint
            metadata: {name: mine, labels: {operator: "yes"}}
            spec: {resources: [{directory: /srv/mine}]}
            """
        _ = try await cluster.output(kubectl, "create", "-f", "-", input: object)
        try await eventually(#".metadata.annotations.operator/created"#, "yes")
        let held = try await cluster.output(kubectl, "get", "bp", "mine", "-o", "jsonpath={.metadata.finalizers}")
        #expect(held.contains("kopf"))
        try await eventually(".status.resources", "1")
        _ = try await cluster.output(
            kubectl, "patch", "bp", "mine", "--type=merge", "-p", #"{"spec":{"mode":"observe"}}"#)
        try await eventually(#".metadata.annotations.operator/mode"#, "enforce-observe")
        let events = try await cluster.output(
            kubectl, "get", "events", "--field-selector", "involvedObject.name=mine", "-o",
            "jsonpath={.items[*].reason}")
        #expect(events.contains("Adopted"))
        let deleted = try await cluster.output(kubectl, "delete", "bp", "mine", "--timeout=60s")
        #expect(deleted.contains("deleted"))
        #expect(try read(cluster.command.directory + "/kopf.out").contains("released mine"))
    }

    private func make(_ name: String, _ cluster: Cluster) async throws {
        let body = """
            {"apiVersion":"aetheredge.io/v1","kind":"Blueprint","metadata":{"name":"\(name)"},"spec":{"resources":[]}}
            """
        let answer = try await cluster.curl(
            "/apis/aetheredge.io/v1/blueprints", "-H", "Content-Type: application/json", "-d", body)
        #expect(answer.output.contains("\"uid\""), "\(answer)")
    }
}
