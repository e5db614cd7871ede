import Testing

/// Conditions on a real host: another name of the host is another declaration, and nothing is taken back for it.
@Suite(.product, .timeLimit(.minutes(10)))
struct WhenLabTests {
    private static let role = "/srv/when/role"
    private static let core = "/srv/when/core"
    private static let site = [
        "a.yaml": Site.blueprint(
            "a",
            [
                Site.directory("/srv/when"),
                Site.file(role, "core", more: "when: input.host.facts.hostname != \"edge-1\""),
                Site.file(role, "edge", more: "when: input.host.facts.hostname == input.parameters.edge"),
                Site.file(core, "core", more: "when: input.host.facts.hostname != input.parameters.edge"),
            ], spec: ["prune: true", "parameters: {edge: edge-1}"]),
        "b.yaml": Site.blueprint(
            "b", [Site.file("/srv/when-other", "other")], spec: ["when: input.host.facts.os.id == \"no-such-system\""]),
    ]

    @Test func `another name of the host changes what is in force, at once and without a new commit`() async throws {
        try await withManagedHost(name: "when", site: Self.site) { managed in
            let host = managed.host
            #expect(try await host.read(Self.role) == "core\n")
            let isOther = try await host.exists("/srv/when-other")
            #expect(!isOther)
            let other = try JSONValue(parsing: try await managed.ctl("get", "bp", "b", "-o", "json").checked().output)
            #expect(other["status"]["withheld"].int == 1 && other["status"]["resources"].int == 0)
            let commit = try await managed.status()["commit"].string
            let generation = try await managed.status()["generation"].int

            // The source is fetched once an hour: only the kernel's word can be quick.
            try await host.succeed("hostname", "edge-1")
            try await host.waitUntil("the edge's declaration is in force", within: .seconds(20)) {
                try await host.read(Self.role) == "edge\n"
            }
            let facts = try JSONValue(parsing: try await managed.ctl("facts", "-o", "json").checked().output)
            #expect(facts["hostname"].string == "edge-1")
            #expect(facts["os"]["id"].string == "debian" && (facts["systemd"]["version"].int ?? 0) > 0)
            // What is left alone stays, though its blueprint prunes, and is nobody's any more.
            try await host.waitUntil("it is told", within: .seconds(20)) {
                let status = try await managed.status()
                return status["converged"].bool == true && status["generation"].int != generation
            }
            #expect(try await host.read(Self.core) == "core\n")
            #expect(try await managed.resource("file:\(Self.core)") == .null)
            try await host.put("mine\n", at: Self.core)
            try await managed.ctl("reconcile", "--wait").checked()
            #expect(try await host.read(Self.core) == "mine\n")
            #expect(try await managed.status()["commit"].string == commit)
            #expect(try await managed.ctl("events").checked().output.contains("facts changed (hostname)"))
            let told = try await host.journal("-t", "aetheredged", "MESSAGE_ID=0c3f5f7e9a614b7f8d2b6a1e4c9d7035")
            #expect(told.count == 1 && told.first?["AETHEREDGE_CAUSE"].string == "hostname")

            try await host.succeed("hostname", "core-1")
            try await host.waitUntil("the core's declaration is in force again", within: .seconds(20)) {
                let role = try await host.read(Self.role)
                return try await host.read(Self.core) == "core\n" && role == "core\n"
            }
        }
    }

    @Test func `a new os-release is seen at once, and a condition that is wrong changes nothing`() async throws {
        let site = [
            "a.yaml": Site.blueprint(
                "a",
                [
                    Site.file("/srv/a", "a", more: "when: input.host.facts.os.variantID == \"edge\""),
                    Site.file("/srv/b", "b"),
                ])
        ]
        try await withManagedHost(name: "when-os", site: site) { managed in
            let host = managed.host
            let isThere = try await host.exists("/srv/a")
            #expect(!isThere)
            try await host.shell(
                "cp /usr/lib/os-release /etc/os-release.new && echo VARIANT_ID=edge >> /etc/os-release.new"
                    + " && mv /etc/os-release.new /etc/os-release"
            ).checked()
            try await host.waitUntil("the variant's file is there", within: .seconds(20)) {
                try await host.exists("/srv/a")
            }
            let broken = Site.blueprint(
                "a", [Site.file("/srv/b", "b", more: "when: |\n  true\n  input.host.facts.os.id =="), "file: /srv/c"])
            _ = try await managed.site.commit("broken", ["a.yaml": broken])
            _ = try await managed.ctl("reconcile", "--wait")
            let errors = try await managed.status()["errors"].items.compactMap { $0["message"].string }
            #expect(errors.first?.hasPrefix("a.yaml:1") == true && errors.count == 1, "\(errors)")
            #expect(errors.first?.contains("rego_parse_error") == true, "\(errors)")
            #expect(try await host.exists("/srv/a"))
        }
    }
}
