import FoundationEssentials
import Glibc
import PostgresTestSupport
import TestSupport
import Testing

/// The daemon with its API objects in PostgreSQL, driven as its users do.
@Suite(.needsPostgres, .serialized) struct DatabaseConformanceTests {
    /// Waits for something that the daemon does by itself.
    private func wait(
        for what: String, atMost seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        for _ in 0..<seconds * 10 {
            if try await condition() { return }
            try await onOwnThread { _ = poll(nil, 0, 100) }
        }
        Issue.record("it did not come: \(what)", sourceLocation: sourceLocation)
    }

    private func site(_ directory: String, content: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try write(
            """
            apiVersion: aetheredge.io/v1
            kind: Blueprint
            metadata: {name: web}
            spec:
              resources:
                - file: /managed/motd
                  content: "\(content)"
                - directory: /managed
            """, to: directory + "/site.yaml")
    }

    private func configuration(_ server: PostgresServer, site: String, partition: String) -> String {
        """
        source: {directory: "\(site)", interval: 1s}
        store:
          postgres:
            connection: "\(server.connectionString)"
            partition: \(partition)
            connectTimeout: 2s
        """
    }

    @Test func `the host is kept in its state while PostgreSQL is away, and tells it afterwards`() async throws {
        try await withTemporaryDirectory("site") { directory in
            try site(directory, content: "one")
            try await withPostgres { server in
                try await withCluster(configuration: configuration(server, site: directory, partition: "edge-1")) {
                    host in
                    let motd = host.root + "/managed/motd"
                    try await wait(for: "the first convergence") { try read(motd) == "one" }
                    try await wait(for: "the objects") {
                        let kinds = try await server.administer(
                            "SELECT DISTINCT kind FROM aetheredge.objects WHERE partition = 'edge-1' ORDER BY kind")
                        return Set(["Blueprint", "Source", "WorkflowRun"]).isSubset(of: kinds)
                    }
                    #expect(try await host.aetherctl("get", "blueprint", "web").isSuccess)
                    try await wait(for: "readiness") { try await host.curl("/readyz").output == "ok" }

                    try await server.stop(.fast)
                    try write("drift", to: motd)
                    try await wait(for: "the repair") { try read(motd) == "one" }
                    try site(directory, content: "two")
                    try await wait(for: "the new commit") { try read(motd) == "two" }
                    #expect(try await host.curl("/readyz", "-w", "%{http_code}").output.hasSuffix("503"))
                    #expect(try await !host.aetherctl("get", "blueprint", "web").isSuccess)
                    let status = try await host.aetherctl("status", "-o", "json")
                    #expect(status.output.contains("StoreUnavailable"), "\(status)")
                    #expect(try await host.aetherctl("plan").isSuccess)
                    #expect(try await host.aetherctl("why", "file:/managed/motd").isSuccess)

                    try await server.start()
                    try await wait(for: "the recovery") { try await host.curl("/readyz").output == "ok" }
                    try await wait(for: "what PostgreSQL missed") {
                        let source = try await host.aetherctl("get", "source", "default", "-o", "json").output
                        let blueprint = try await host.aetherctl("get", "blueprint", "web", "-o", "json").output
                        let runs = try await host.aetherctl("get", "workflowrun").output
                        return source.contains("\"generation\":2") || source.contains("\"generation\" : 2")
                            || blueprint.contains("two") && runs.split(separator: "\n").count > 3
                    }
                    try await wait(for: "a status without errors") {
                        try await !host.aetherctl("status", "-o", "json").output.contains("StoreUnavailable")
                    }
                }
            }
        }
    }

    @Test func `a host starts without PostgreSQL, and another machine's partition is refused`() async throws {
        try await withTemporaryDirectory("site") { directory in
            try site(directory, content: "one")
            try await withPostgres { server in
                try await server.stop(.fast)
                let settings = configuration(server, site: directory, partition: "edge-2")
                try await withCluster(configuration: settings) { host in
                    try await wait(for: "the first convergence") { try read(host.root + "/managed/motd") == "one" }
                    try await server.start()
                    try await wait(for: "the recovery") { try await host.curl("/readyz").output == "ok" }
                    try await wait(for: "the objects") {
                        try await host.aetherctl("get", "blueprint", "web").isSuccess
                    }
                }
                let other = directory + "/other"
                try FileManager.default.createDirectory(
                    atPath: other + "/etc/aetheredge", withIntermediateDirectories: true)
                try write(settings, to: other + "/etc/aetheredge/aetheredge.yaml")
                let command = Command(directory: directory, environment: ["PATH": "/usr/bin:/bin"])
                let refused = try await command.run([Products.aetheredged, "--root", other, "--once"])
                #expect(refused.status == 1)
                #expect(refused.error.contains("belongs to the machine"), "\(refused)")
            }
        }
    }

    @Test func `a host's objects go to PostgreSQL and back, as they are`() async throws {
        try await withPostgres { server in
            try await KillableDaemon.with { daemon in
                try daemon.configure("log: {level: info}")
                try await daemon.start()
                let role =
                    #"{"apiVersion":"aetheredge.io/v1","kind":"Role","metadata":{"name":"look"},"#
                    + #""spec":{"rules":[{"verbs":["get"],"resources":["sources"]}]}}"#
                let file = daemon.command.directory + "/role.json"
                try write(role, to: file)
                #expect(try await daemon.aetherctl("apply", "-f", file).isSuccess)
                let before = try await daemon.aetherctl("get", "role", "look", "-o", "json").output
                let move = ["store", "migrate", "--connection", server.connectionString, "--partition", "moved"]
                let place = ["--state-dir", daemon.stateDirectory]
                func migrate(_ arguments: String...) async throws -> CommandResult {
                    try await daemon.command.run([Products.aetherctl] + move + place + arguments)
                }
                let busy = try await migrate("--to", "postgres")
                #expect(busy.status == 1 && busy.error.contains("stop the other aetheredged first"), "\(busy)")
                try await daemon.stop()
                let moved = try await migrate("--to", "postgres")
                #expect(moved.isSuccess && moved.output.contains("Role 1"), "\(moved)")
                #expect(try await migrate("--to", "postgres").error.contains("already"))

                try daemon.configure(
                    """
                    store: {postgres: {connection: "\(server.connectionString)", partition: moved}}
                    """)
                try await daemon.start()
                let after = try await daemon.aetherctl("get", "role", "look", "-o", "json").output
                #expect(uid(after) == uid(before) && uid(before) != nil)
                #expect(try await daemon.aetherctl("delete", "role", "look").isSuccess)
                try await daemon.stop()

                #expect(try await migrate("--to", "state").error.contains("already"))
                let back = try await migrate("--to", "state", "--replace", "-o", "json")
                #expect(back.isSuccess && !back.output.contains("Role"), "\(back)")
                try daemon.configure("log: {level: info}")
                try await daemon.start()
                #expect(try await !daemon.aetherctl("get", "role", "look").isSuccess)
                try await daemon.stop()
            }
        }
    }

    private func uid(_ json: String) -> String? {
        json.split(separator: "\n").first { $0.contains("\"uid\"") }.map(String.init)
    }
}
