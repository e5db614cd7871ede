import ArgumentParser
import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import aetherctl

@Suite struct CommandTests {
    @Test func `a site without errors is valid`() async throws {
        try await withSite(["web.yaml": Self.blueprint("web", "    - file: /etc/motd\n      content: hi\n")]) { path in
            let buffer = OutputBuffer()
            #expect(await buffer.run("validate", path) == .fine)
            #expect(buffer.output == "no errors in 1 blueprint with 1 resource\n" && buffer.errors.isEmpty)
        }
    }

    @Test func `errors of a site have their places, are results, and are 1`() async throws {
        let site = [
            "a/one.yaml": Self.blueprint("one", "    - file: /etc/motd\n      contnt: hi\n"),
            "two.yaml": Self.blueprint("two", "    - file: /proc/x\n      content: hi\n"),
        ]
        try await withSite(site) { path in
            let buffer = OutputBuffer()
            #expect(await buffer.run("validate", path) == .error)
            #expect(buffer.errors.isEmpty)
            let lines = buffer.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 2)
            #expect(lines.first == "a/one.yaml:7:7: unknown key 'contnt' in a file resource; did you mean 'content'?")
            #expect(
                lines.last?.hasPrefix("two.yaml:6:13: ") == true && lines.last?.contains("/proc") == true, "\(lines)")
        }
    }

    @Test func `errors of a site as JSON carry the same places`() async throws {
        try await withSite([
            "x.yaml": Self.blueprint("x", "    - file: /var/lib/aetheredge/state.db\n      content: hi\n")
        ]) { path in
            let buffer = OutputBuffer()
            #expect(await buffer.run("validate", path, "-o", "json") == .error)
            let json = try JSONValue(parsing: buffer.output)
            #expect(json["valid"] == false)
            #expect(json["errors"]?.arrayValue?.first?["position"]?["file"] == "x.yaml")
        }
    }

    @Test func `facts need no daemon, and have the same names as data and on the screen`() async throws {
        let buffer = OutputBuffer()
        #expect(await buffer.run("facts", "-o", "json", socketPath: "/nonexistent/control.sock") == .fine)
        #expect(buffer.errors.isEmpty, "\(buffer.errors)")
        let facts = try JSONValue(parsing: buffer.output).decode(HostFacts.self, field: "")
        #expect(facts.kernel?.name == "Linux" && facts.hostname?.isEmpty == false)
        let screen = OutputBuffer()
        #expect(await screen.run("facts", "--local") == .fine)
        let lines = screen.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first == ["FACT", "VALUE"])
        #expect(lines.contains(["hostname", facts.hostname ?? ""]), "\(screen.output)")
        let loud = OutputBuffer()
        #expect(await loud.run("facts", "-v", socketPath: "/nonexistent/control.sock") == .fine)
        #expect(loud.errors.contains("no daemon answers"))
    }

    @Test func `conditions of a site see the facts that are named`() async throws {
        let resource = "    - file: /etc/motd\n      content: hi\n      when: input.host.facts.hostname == \"edge\"\n"
        let site = [
            "web.yaml": Self.blueprint("web", resource), "edge.json": "{\"hostname\": \"edge\"}\n",
            "core.txt": "hostname: core\n", "broken.txt": "hostname: [1]\n",
        ]
        try await withSite(site) { path in
            for (facts, told) in [("edge.json", ""), ("core.txt", ", 1 of them left alone by 'when' here")] {
                let buffer = OutputBuffer()
                #expect(await buffer.run("validate", path, "--facts", "\(path)/\(facts)") == .fine)
                #expect(buffer.output == "no errors in 1 blueprint with 1 resource\(told)\n", "\(buffer.errors)")
            }
            for facts in ["broken.txt", "none.json"] {
                let buffer = OutputBuffer()
                #expect(await buffer.run("validate", path, "--facts", "\(path)/\(facts)") == .error)
                #expect(buffer.errors.contains(facts) && buffer.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func `a site that does not exist is an error of one line`() async {
        let buffer = OutputBuffer()
        #expect(await buffer.run("validate", "/nonexistent/site") == .error)
        #expect(buffer.errors == "aetherctl: cannot find '/nonexistent/site': No such file or directory\n")
    }

    @Test func `a daemon that does not answer is 1 with the path and what to do`() async {
        let buffer = OutputBuffer()
        #expect(await buffer.run("status", socketPath: "/nonexistent/control.sock") == .error)
        #expect(buffer.errors.contains("'/nonexistent/control.sock'") && buffer.errors.contains("systemctl status"))
        #expect(buffer.errors.split(separator: "\n").count == 1)
        let verbose = OutputBuffer()
        #expect(await verbose.run("-v", "status", "--socket", "/nonexistent/other.sock") == .error)
        #expect(verbose.errors.contains("other.sock") && verbose.errors.split(separator: "\n").count > 1)
    }

    @Test func `the version needs no daemon`() async throws {
        let buffer = OutputBuffer()
        #expect(await buffer.run("version", "-o", "json", socketPath: "/nonexistent/s") == .fine)
        #expect(try JSONValue(parsing: buffer.output)["client"]?["version"] == .string(ProductVersion.text))
        let plain = OutputBuffer()
        #expect(await plain.run("version", "--client") == .fine)
        #expect(plain.output == "client: \(ProductVersion.text)\n")
    }

    @Test func `the schema of every kind is JSON Schema, and so is the schema of all`() async throws {
        for kind in KindRegistry.descriptors.map(\.plural) {
            let buffer = OutputBuffer()
            #expect(await buffer.run("schema", kind) == .fine)
            #expect(try JSONValue(parsing: buffer.output)["$schema"]?.stringValue?.contains("2020-12") == true)
        }
        let all = OutputBuffer()
        #expect(await all.run("schema") == .fine)
        let json = try JSONValue(parsing: all.output)
        for kind in KindRegistry.descriptors { #expect(json["$defs"]?[kind.kind.rawValue] != nil) }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func `there is a completion script for`(_ shell: String) async {
        let buffer = OutputBuffer()
        #expect(await buffer.run("completion", shell) == .fine)
        #expect(buffer.output.contains("aetherctl") && buffer.output.contains("reconcile"))
    }

    @Test func `colour is for a terminal that wants it`() throws {
        var options = try GlobalOptions.parse([])
        #expect(OutputBuffer().console(isTerminal: true).style.isColored)
        #expect(!OutputBuffer().console().style.isColored)
        options.noColor = true
        #expect(!OutputBuffer().console(isTerminal: true, options).style.isColored)
    }

    @Test func `progress is one line on a terminal and a line for each change elsewhere`() throws {
        let plain = OutputBuffer()
        var line = ProgressLine(plain.console())
        for text in ["observing", "observing", "run-7: 1 of 2 steps"] { try line.show(text) }
        try line.clear()
        #expect(plain.errors == "observing\nrun-7: 1 of 2 steps\n" && plain.output.isEmpty)
        let terminal = OutputBuffer()
        line = ProgressLine(terminal.console(isTerminal: true))
        for text in ["observing", "done\u{1B}[2J"] { try line.show(text) }
        try line.clear()
        #expect(terminal.errors == "\r\u{1B}[2Kobserving\r\u{1B}[2Kdone\\u{1B}[2J\r\u{1B}[2K")
    }

    @Test func `a file of objects keeps places, takes lists, and refuses what is not ours`() {
        let good = ObjectFile(Array((Self.blueprint("a", "") + "---\n" + Self.list).utf8), file: "f.yaml")
        #expect(good.diagnostics.isEmpty, "\(good.diagnostics)")
        #expect(good.objects.map(\.metadata.name) == ["a", "b"])
        let bad = ObjectFile(Array(Self.blueprint("a", "    - file: /x\n      mod: 1\n").utf8), file: "f.yaml")
        #expect(bad.diagnostics.first?.line.hasPrefix("f.yaml:7:7: ") == true)
        let foreign = ObjectFile(Array("kind: Pod\napiVersion: v1\n".utf8), file: "f.yaml")
        #expect(foreign.diagnostics.first?.line.hasPrefix("f.yaml:1:1: ") == true)
    }

    @Test func `applying adds labels, replaces the spec and touches nothing else`() {
        var current = APIObject(
            kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: "a", labels: ["x": "1"]))
        current.metadata.resourceVersion = ResourceVersion(7)
        current.spec = ["mode": "observe", "prune": true]
        var wanted = APIObject(kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: "a", labels: ["y": "2"]))
        wanted.spec = ["mode": "enforce"]
        let merged = ObjectApplication.merge(wanted, into: current)
        #expect(merged.spec == ["mode": "enforce", "prune": false] && merged.metadata.labels == ["x": "1", "y": "2"])
        // Applied again, what the daemon filled in is no difference.
        #expect(ObjectApplication.merge(wanted, into: merged) == merged)
        #expect(merged.metadata.resourceVersion == current.metadata.resourceVersion)
        #expect(ObjectApplication.merge(merged, into: merged) == merged)
    }

    @Test func `who set which fields is not shown`() {
        let object: JSONValue = ["metadata": ["name": "a", "managedFields": [["manager": "x"]]], "spec": [:]]
        let shown: JSONValue = ["metadata": ["name": "a"], "spec": [:]]
        #expect(object.withoutManagers == shown)
        #expect((["items": [object]] as JSONValue).withoutManagers == ["items": [shown]])
    }

    private static let list = """
        apiVersion: aetheredge.io/v1
        kind: List
        items:
        - apiVersion: aetheredge.io/v1
          kind: Blueprint
          metadata: {name: b, uid: u, resourceVersion: "3", creationTimestamp: "2026-01-31T00:00:00Z"}
          spec: {resources: []}
          status: {resources: 0}

        """

    private static func blueprint(_ name: String, _ resources: String) -> String {
        "apiVersion: aetheredge.io/v1\nkind: Blueprint\nmetadata: {name: \(name)}\nspec:\n"
            + (resources.isEmpty ? "  resources: []\n" : "  resources:\n\(resources)")
    }

    private func withSite(_ files: [String: String], _ body: (String) async throws -> Void) async throws {
        try await withTemporaryDirectory("ctl") { path in
            for (name, text) in files {
                let file = "\(path)/\(name)"
                let parent = file.split(separator: "/").dropLast().joined(separator: "/")
                try FileManager.default.createDirectory(atPath: "/\(parent)", withIntermediateDirectories: true)
                try Data(text.utf8).write(to: URL(filePath: file))
            }
            try await body(path)
        }
    }
}
