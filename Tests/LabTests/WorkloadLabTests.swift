import Testing

/// The daemon is not the workload (I11): what it manages does not notice what happens to it.
@Suite(.product, .timeLimit(.minutes(10)))
struct WorkloadLabTests {
    private static let units = (0..<5).map { "lab-\($0).service" }
    private static let site = [
        "a.yaml": Site.blueprint("a", units.map { Site.unit($0) } + [Site.file("/srv/a", "declared")])
    ]

    @Test(arguments: [
        "systemctl stop aetheredged", "systemctl kill -s KILL aetheredged", "systemctl restart aetheredged",
    ])
    func `stopping, killing or restarting the daemon leaves every managed unit running as it was`(
        command: String
    ) async throws {
        try await withManagedHost(name: "workload", site: Self.site) { managed in
            let commit = try #require(try await managed.status()["commit"].string)
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            let before = try await mainPIDs(of: managed)
            #expect(before.count == Self.units.count && !before.contains("0"))
            let inode = try await managed.host.succeed("stat", "-c", "%i %Z", "/srv/a")
            let runs = try await managed.list("workflowruns").count

            try await managed.host.shell(command, timeout: .seconds(150)).checked()
            #expect(try await mainPIDs(of: managed) == before)

            try await managed.host.succeed("systemctl", "start", "aetheredged.service")
            try await managed.waitUntilConverged(to: commit)
            #expect(try await managed.mainPID(of: "aetheredged.service") != daemon)
            #expect(try await mainPIDs(of: managed) == before)
            #expect(try await managed.host.succeed("stat", "-c", "%i %Z", "/srv/a") == inode)
            #expect(try await managed.list("workflowruns").count == runs)
        }
    }

    @Test func `a stopped daemon stays stopped, and says what to do`() async throws {
        try await withManagedHost(name: "stopped", site: Self.site) { managed in
            try await managed.host.succeed("systemctl", "stop", "aetheredged.service", timeout: .seconds(150))
            let result = try await managed.ctl("status")
            #expect(result.status == 1)
            #expect(result.errors.split(separator: "\n").count == 1)
            #expect(result.errors.contains("aetheredged"))
            #expect(
                try await managed.host.execute(["systemctl", "is-active", "aetheredged.service"]).line == "inactive")
        }
    }

    @Test func `drift that came while the daemon was away is repaired when it is back`() async throws {
        try await withManagedHost(name: "away", site: Self.site) { managed in
            let commit = try #require(try await managed.status()["commit"].string)
            try await managed.host.succeed("systemctl", "stop", "aetheredged.service", timeout: .seconds(150))
            try await managed.host.shell("echo spoiled >/srv/a; systemctl stop lab-3.service").checked()
            try await managed.host.succeed("systemctl", "start", "aetheredged.service")
            let record = try await managed.waitForRepair(of: "file:/srv/a")
            try await managed.waitUntilConverged(to: commit)
            #expect(try await managed.host.read("/srv/a") == "declared\n")
            #expect(try await managed.host.succeed("systemctl", "is-active", "lab-3.service") == "active")
            // Nobody was there to see who did it.
            #expect(record["actor"]["unknown"].string?.isEmpty == false)
            #expect(record["actor"]["pid"] == .null)
        }
    }

    @Test func `a paused host is left alone until it is resumed`() async throws {
        try await withManagedHost(name: "pause", site: Self.site) { managed in
            try await managed.ctl("pause").checked()
            #expect(try await managed.status()["paused"].bool == true)
            try await managed.host.shell("echo spoiled >/srv/a").checked()
            try await managed.waitForPhase("Drifted", of: "file:/srv/a", within: .seconds(20))
            #expect(try await managed.host.read("/srv/a") == "spoiled\n")
            try await managed.ctl("resume").checked()
            _ = try await managed.waitForRepair(of: "file:/srv/a")
            #expect(try await managed.host.read("/srv/a") == "declared\n")
        }
    }

    private func mainPIDs(of managed: ManagedHost) async throws -> [String] {
        let command = ["systemctl", "show", "--property=MainPID", "--value"] + Self.units
        return try await managed.host.execute(command).checked().output.split(separator: "\n").map(String.init)
    }
}
