import Testing

/// Whole or not at all (I3): the daemon killed at every durable boundary of a run, and the power cut at random.
@Suite(.product, .timeLimit(.minutes(120)))
struct CrashLabTests {
    private static let fileCount = 24
    private static let unitCount = 6

    /// Thirty resources, each of them different in each version; half of the files change their mode too.
    private static func site(version: Int) -> [String: String] {
        let files = (0..<fileCount).map { number in
            let mode = number.isMultiple(of: 2) && !version.isMultiple(of: 2) ? "0600" : "0644"
            return Site.file("/srv/data/f\(number)", content(of: number, version: version), mode: mode)
        }
        let units = (0..<unitCount).map { number in
            Site.unit(
                "lab-\(number).service", service: ["Environment=VERSION=\(version)", "ExecStart=/bin/sleep infinity"])
        }
        return ["a.yaml": Site.blueprint("a", [Site.directory("/srv/data")] + files + units)]
    }

    /// Content of a few pages, so that a torn file could be told.
    private static func content(of number: Int, version: Int) -> String {
        (0..<400).map { "file \(number) version \(version) line \($0)" }.joined(separator: "\n")
    }

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

        """
    ]

    @Test func `a daemon killed at any boundary of a run of 30 changes leaves nothing torn, lost or doubled`()
        async throws
    {
        try await withManagedHost(name: "crash", site: Self.site(version: 0), files: Self.crashing) { managed in
            let host = managed.host
            let boundaryMaximum = Lab.campaign(ci: 30, full: 2000)
            var boundary = 0
            var hasCrashed = true
            while hasCrashed, boundary < boundaryMaximum {
                boundary += 1
                let version = boundary
                try await host.succeed("systemctl", "stop", "aetheredged.service", timeout: .seconds(150))
                let commit = try await managed.site.commit("version \(version)", Self.site(version: version))
                try await host.put("\(boundary)", at: "/srv/crash-at")
                let killsBefore = try await kills(host)
                // Killed before it is ready, the daemon makes this command fail.
                try await host.execute(["systemctl", "start", "aetheredged.service"], timeout: .seconds(60))
                try await host.waitUntil("killed at boundary \(boundary), or done", within: .seconds(60)) {
                    // Asking for the status connects to the socket, which starts a daemon that was killed.
                    if try await kills(host) > killsBefore { return true }
                    let status = try await managed.status()
                    return status["converged"].bool == true && status["commit"].string == commit
                }
                hasCrashed = try await kills(host) > killsBefore
                if hasCrashed {
                    try await expectWhole(host, versions: [version - 1, version], "at boundary \(boundary)")
                    try await host.succeed("systemctl", "start", "aetheredged.service", timeout: .seconds(60))
                    try await managed.waitUntilConverged(to: commit)
                }
                try await expectSettled(managed, commit: commit, version: version, "after boundary \(boundary)")
            }
            #expect(boundary > 1, "AETHEREDGE_CRASH_AT=1 had no effect")
            report("killed at \(boundary - 1) boundaries\(hasCrashed ? ", of more" : ", all there are")")
        }
    }

    /// How often the daemon was killed since the boot.
    private func kills(_ host: LabHost) async throws -> Int {
        let script = "journalctl --unit aetheredged.service --no-pager | grep -c 'status=9/KILL' || true"
        return Int(try await host.shell(script).line) ?? 0
    }

    @Test func `the power cut at random moments of a run leaves nothing torn, lost or doubled`() async throws {
        let seed = UInt64(Lab.environment("SEED") ?? "") ?? 20_261_121
        let cuts = Lab.campaign(ci: 10, full: 200)
        var random = LabRandom(state: seed)
        let delays = (0..<cuts).map { _ in Double.random(in: 0..<1, using: &random) }
        report("\(cuts) power cuts, SEED=\(seed)")
        try await withManagedHost(name: "cut", disk: .cuttable, site: Self.site(version: 0)) { managed in
            // How long a run of 30 changes takes here is how far the cuts are spread.
            let start = ContinuousClock.now
            try await managed.converge("version 1", Self.site(version: 1))
            let span = (ContinuousClock.now - start) * 1.2
            var unfinished = 0
            for (number, delay) in delays.enumerated() {
                let version = number + 2
                let place = "cut \(number) of SEED=\(seed)"
                let commit = try await managed.site.commit("version \(version)", Self.site(version: version))
                try await managed.ctl("reconcile").checked()
                try await ContinuousClock().sleep(for: span * delay)
                try await managed.host.powerCut()

                try await expectWhole(managed.host, versions: [version - 1, version], place)
                if try await versions(in: managed.host) != [version] { unfinished += 1 }
                try await managed.host.boot()
                try await managed.waitUntilConverged(to: commit, within: .seconds(120))
                try await expectSettled(managed, commit: commit, version: version, place)
            }
            report("\(unfinished) of \(cuts) cuts came before the run was done")
        }
    }

    /// Every file is wholly of one of the versions, whether the host runs or is off.
    private func expectWhole(_ host: LabHost, versions: [Int], _ place: String) async throws {
        let list = "cd /srv/data && for f in f*; do printf '%s\\0' $f; cat $f; printf '\\0'; done"
        let parts = try await anywhere(host, list).output.split(separator: "\0", omittingEmptySubsequences: false)
        var found: [Substring: Substring] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) { found[parts[index]] = parts[index + 1] }
        for number in 0..<Self.fileCount {
            let content = found["f\(number)"] ?? "(missing)"
            let isWhole = versions.contains { content == Self.content(of: number, version: $0) + "\n" }
            #expect(isWhole, "f\(number) is of no version \(place): \(content.prefix(100))…\(content.suffix(100))")
        }
    }

    /// The versions that the files have.
    private func versions(in host: LabHost) async throws -> Set<Int> {
        let list = try await anywhere(host, "head -qn1 /srv/data/f*").output
        return Set(list.split(separator: "\n").compactMap { Int($0.split(separator: " ")[3]) })
    }

    private func anywhere(_ host: LabHost, _ script: String) async throws -> CommandResult {
        if host.isRunning { return try await host.shell(script).checked() }
        return try await host.offline(["sh", "-c", script])
    }

    /// Every resource is of the version, its run is there once, nothing is under way and the audit chain holds.
    private func expectSettled(_ managed: ManagedHost, commit: String, version: Int, _ place: String) async throws {
        #expect(try await versions(in: managed.host) == [version], "\(place)")
        let odd = version.isMultiple(of: 2) ? "644" : "600"
        let modes = try await managed.host.succeed("stat", "-c", "%a", "/srv/data/f0", "/srv/data/f1")
        #expect(modes == "\(odd)\n644", "\(place)")
        let left = try await managed.host.succeed("sh", "-c", "ls -A /srv/data | grep -vc '^f[0-9]*$' || true")
        #expect(left == "0", "temporaries are left \(place)")
        let units = try await managed.host.shell(
            "systemctl show -p Environment --value 'lab-*.service' | grep . | sort | uniq -c"
        ).line
        #expect(units == "\(Self.unitCount) VERSION=\(version)", "\(place)")
        let active = try await managed.host.shell("systemctl is-active 'lab-*.service' | sort | uniq -c").line
        #expect(active == "\(Self.unitCount) active", "\(place)")

        let runs = try await managed.list("workflowruns")
        let phases = runs.filter { $0["spec"]["commit"].string == commit }.compactMap { $0["status"]["phase"].string }
        #expect(phases.filter { $0 == "Succeeded" }.count == 1, "\(phases) \(place)")
        #expect(phases.allSatisfy { ["Succeeded", "RolledBack", "Superseded"].contains($0) }, "\(phases) \(place)")
        #expect(try await managed.status()["runs"]["active"].int == 0, "\(place)")
        let audit = try await managed.ctl("audit", "verify")
        #expect(audit.status == 0, "\(audit) \(place)")
    }
}

/// SplitMix64: the same seed gives the same campaign everywhere.
private struct LabRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
