import Testing

/// Whole or not at all (I3): the daemon killed at every durable boundary of a run, and stopped in the middle of one.
@Suite(.product, .timeLimit(.minutes(60)))
struct CrashLabTests {
    private static let site = VersionedSite(files: 14, bigFiles: 2, directories: 3, links: 4, units: 5)

    /// The daemon ends at the boundary that `/srv/crash-at` names, once, and systemd does not start it again.
    private static let crashing = [
        "/etc/systemd/system/aetheredged.service.d/crash.conf": """
        [Unit]
        StartLimitIntervalSec=0
        [Service]
        Restart=no
        ExecStart=
        ExecStart=/bin/sh -c 'if [ -e /srv/crash-at ]; then AETHEREDGE_CRASH_AT=$(cat /srv/crash-at); \
        export AETHEREDGE_CRASH_AT; rm /srv/crash-at; fi; exec /usr/sbin/aetheredged'
        ExecStopPost=/bin/sh -c 'echo $EXIT_STATUS >>/srv/exits'

        """
    ]

    @Test func `a daemon killed at any boundary of a run of 30 changes leaves nothing torn, lost or doubled`()
        async throws
    {
        let site = Self.site
        try #require(site.changes == 30)
        let stride = Lab.campaign(ci: 11, full: 1)
        let start = ContinuousClock.now
        try await withManagedHost(name: "crash", site: site.tree(version: 0), files: Self.crashing) { managed in
            let host = managed.host
            var (boundary, version, kills) = (1, 0, 0)
            var ends: [String: Int] = [:]
            while true {
                version += 1
                let place = "at boundary \(boundary)"
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                // Killed before it is ready, the daemon makes this command fail.
                let restart = "echo \(boundary) >/srv/crash-at; systemctl restart aetheredged.service"
                try await host.shell(restart, timeout: .seconds(150))
                guard try await isKilled(managed, before: commit, known: kills) else {
                    try await expectSettled(managed, commit, version, place)
                    break
                }
                kills += 1
                try await site.expectWhole(host, versions: [version - 1, version], place)
                try await host.succeed("systemctl", "start", "aetheredged.service", timeout: .seconds(60))
                try await managed.waitUntilConverged(to: commit)
                let phases = try await expectSettled(managed, commit, version, place)
                ends[phases.joined(separator: ", "), default: 0] += 1
                boundary += stride
            }
            #expect(kills > 1, "AETHEREDGE_CRASH_AT=1 had no effect")
            report(
                "killed at \(kills) of the boundaries 1 to \(boundary - 1) of a run of \(site.changes) changes, in "
                    + "\(ContinuousClock.now - start); runs of each commit: \(ends)")
        }
    }

    @discardableResult
    private func expectSettled(
        _ managed: ManagedHost, _ commit: String, _ version: Int, _ place: String
    ) async throws -> [String] {
        try await Self.site.expectHeld(managed.host, version: version, place)
        return try await managed.expectOneRun(of: commit, place)
    }

    /// Waits until the daemon was killed, or the commit is in force without that.
    private func isKilled(_ managed: ManagedHost, before commit: String, known: Int) async throws -> Bool {
        var isKilled = false
        // Asking for the status connects to the socket, which starts a daemon that was killed, so that is asked last.
        let script = "grep -c KILL /srv/exits; aetherctl status -o json"
        try await managed.host.waitUntil("killed, or converged to \(commit)", within: .seconds(60)) {
            let lines = try await managed.host.shell(script).output.split(separator: "\n", maxSplits: 1)
            isKilled = (lines.first.flatMap { Int($0) } ?? 0) > known
            guard !isKilled, lines.count == 2 else { return isKilled }
            let status = try JSONValue(parsing: lines[1])
            return status["converged"].bool == true && status["commit"].string == commit
        }
        return isKilled
    }

    @Test func `a daemon that is stopped in the middle of a run goes on with it when it is started`() async throws {
        // The file comes after a unit that takes its time, so that the run has a batch before and one after the stop.
        let slow = [
            "Type=oneshot", "RemainAfterExit=yes",
            "ExecStart=/bin/sh -c 'touch /run/under-way; while ! test -e /run/go; do sleep 0.02; done'",
        ]
        let first = Site.blueprint("a", [Site.file("/srv/early", "one")])
        let last = Site.file("/srv/late", "two", more: "after: [unit:slow.service]")
        let second = Site.blueprint(
            "a", [Site.file("/srv/early", "two"), Site.unit("slow.service", service: slow), last])
        try await withManagedHost(name: "stop", site: ["a.yaml": first]) { managed in
            let host = managed.host
            for (number, isWanted) in [true, false].enumerated() {
                let commit = try await managed.site.commit("second", ["a.yaml": second])
                try await managed.ctl("reconcile").checked()
                try await host.waitUntil("the unit is being started") { try await host.exists("/run/under-way") }
                // The batch in hand ends before the daemon does.
                try await host.shell("systemctl stop --no-block aetheredged.service; touch /run/go").checked()
                try await host.waitUntil("the daemon has stopped") {
                    try await host.execute(["systemctl", "is-active", "aetheredged.service"]).line == "inactive"
                }
                #expect(try await host.read("/srv/early") == "two\n")
                #expect(try await host.exists("/srv/late") == false)

                // What was planned for the rest holds, or does not any more.
                if !isWanted { try await host.shell("echo theirs >/srv/late").checked() }
                let inode = try await host.succeed("stat", "-c", "%i", "/srv/early")
                try await host.succeed("systemctl", "start", "aetheredged.service", timeout: .seconds(60))
                try await managed.waitUntilConverged(to: commit)
                #expect(try await host.read("/srv/late") == "two\n")
                let phases = try await managed.expectOneRun(of: commit, "stopped for the \(number + 1). time")
                #expect(phases == (isWanted ? ["Succeeded"] : ["RolledBack", "Succeeded"]))
                #expect((try await host.succeed("stat", "-c", "%i", "/srv/early") == inode) == isWanted)

                guard isWanted else { continue }
                let script = "systemctl stop slow.service; rm /srv/late /run/go /run/under-way"
                try await managed.converge("back", ["a.yaml": first])
                try await host.shell(script).checked()
            }
        }
    }
}
