import FoundationEssentials
import Testing

/// How kubectl finds out what there is.
@Suite struct DiscoveryConformanceTests {
    @Test func `a kubectl is installed, or these tests say nothing`() {
        #expect(!Kubectl.installed.isEmpty, "run: make deps")
    }

    @Test(arguments: Kubectl.installed)
    func `kinds are listed with their short names, and their versions`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let kinds = try await cluster.output(kubectl, "api-resources", "--no-headers")
            for (name, kind) in [
                ("blueprints", "Blueprint"), ("resources", "Resource"), ("sources", "Source"),
                ("workflowruns", "WorkflowRun"), ("approvals", "Approval"), ("roles", "Role"),
                ("rolebindings", "RoleBinding"),
            ] {
                let row = kinds.split(separator: "\n").first { $0.hasPrefix(name + " ") }
                #expect(row?.hasSuffix(" " + kind) == true, "\(kinds)")
            }
            #expect(kinds.contains("bp"))
            let writable = try await cluster.output(kubectl, "api-resources", "--verbs=list,create", "-o", "name")
            #expect(writable.contains("blueprints.aetheredge.io"))
            #expect(!writable.contains("resources.aetheredge.io"))
            let versions = try await cluster.output(kubectl, "api-versions")
            for version in ["aetheredge.io/v1", "authorization.k8s.io/v1", "authentication.k8s.io/v1"] {
                #expect(versions.contains(version))
            }
        }
    }

    @Test(arguments: Kubectl.installed)
    func `explain shows the descriptions of the schemas`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let mode = try await cluster.output(kubectl, "explain", "blueprint.spec.mode")
            #expect(mode.contains("What the daemon does about differences"))
            let whole = try await cluster.output(kubectl, "explain", "bp", "--recursive")
            for field in ["resources", "prune", "observedGeneration", "conditions"] { #expect(whole.contains(field)) }
            let role = try await cluster.output(kubectl, "explain", "role.spec.rules.verbs")
            #expect(role.contains("What may be done"))
        }
    }

    @Test(arguments: Kubectl.installed)
    func `versions, categories, short names and raw paths are understood`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let version = try await cluster.output(kubectl, "version")
            #expect(version.contains("+aetheredge-"))
            for name in ["all", "src", "source", "sources", "aetheredge", "sources.aetheredge.io"] {
                #expect(try await cluster.output(kubectl, "get", name).contains("default"))
            }
            #expect(try await cluster.output(kubectl, "get", "--raw", "/readyz") == "ok")
            try FileManager.default.createDirectory(
                atPath: cluster.root + "/usr/lib", withIntermediateDirectories: true)
            try write("ID=tree\n", to: cluster.root + "/usr/lib/os-release")
            let facts = "/apis/aetheredge.io/v1/sources/default/facts"
            #expect(try await cluster.output(kubectl, "get", "--raw", facts).contains(#""os":{"id":"tree"}"#))
            #expect(try await cluster.aetherctl("facts").output.contains("os.id  tree"))
            let unknown = try await cluster.run(kubectl, "get", "pods")
            #expect(unknown.status == 1)
            #expect(unknown.error.contains("the server doesn't have a resource type \"pods\""))
        }
    }
}
