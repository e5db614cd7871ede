import Testing

/// Files of units that leave their declaration, with systemd itself.
@Suite(.product, .timeLimit(.minutes(10)))
struct UnitFileLabTests {
    private static let vendor = "/usr/lib/systemd/system/lab-v.service"
    private static let own = "/etc/systemd/system/lab-v.service"
    private static let limits = "/etc/systemd/system/lab-v.service.d/10-limits.conf"

    private static func site(_ unit: [String]?) -> [String: String] {
        let resources =
            (0..<6).map { Site.file("/srv/f\($0)", "x") } + (unit.map { [$0.joined(separator: "\n")] } ?? [])
        return ["a.yaml": Site.blueprint("a", resources, spec: ["prune: true"])]
    }

    private static func text(_ argument: String) -> String {
        "[Service]\nExecStart=/bin/sleep \(argument)\n"
    }

    @Test func `what leaves a unit gives way to what was there, and systemd runs by it`() async throws {
        try await withManagedHost(name: "unit-files", site: Self.site(nil)) { managed in
            let host = managed.host
            try await host.put(Self.text("1001"), at: Self.vendor)
            try await host.put("[Service]\nEnvironment=LAB=mine\n", at: Self.limits)
            try await host.shell("systemctl daemon-reload && systemctl start lab-v.service").checked()
            func command() async throws -> String {
                try await host.shell("tr '\\0' ' ' < /proc/$(systemctl show -P MainPID lab-v.service)/cmdline")
                    .checked()
                    .line
            }
            func environment() async throws -> String {
                try await host.succeed("systemctl", "show", "-P", "Environment", "lab-v.service")
            }

            let base = ["unit: lab-v.service", "active: true"]
            let content = ["content: |", "  [Service]", "  ExecStart=/bin/sleep 1002"]
            let dropIn = ["dropIns:", "  10-limits.conf: |", "    [Service]", "    Environment=LAB=declared"]
            try await managed.converge("all", Self.site(base + content + dropIn))
            #expect(try await command() == "/bin/sleep 1002")
            #expect(try await environment() == "LAB=declared")

            try await managed.converge("without the drop-in", Self.site(base + content))
            #expect(try await host.read(Self.limits) == "[Service]\nEnvironment=LAB=mine\n")
            #expect(try await environment() == "LAB=mine")
            #expect(try await command() == "/bin/sleep 1002")

            try await managed.converge("without the file", Self.site(base))
            #expect(try await host.shell("test -e \(Self.own)").status == 1)
            #expect(try await command() == "/bin/sleep 1001")

            try await managed.converge("all again", Self.site(base + content + dropIn))
            try await managed.converge("without the unit", Self.site(nil))
            #expect(try await host.shell("test -e \(Self.own)").status == 1)
            #expect(try await environment() == "LAB=mine")
            #expect(try await command() == "/bin/sleep 1001")
            let runs = try await managed.list("workflowruns")
            #expect(runs.contains { $0["spec"]["cause"].string == "prune" })
        }
    }
}
