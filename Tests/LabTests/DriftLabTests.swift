import Testing

/// What others change behind the daemon's back: repaired by events, with the culprit named or the reason why not.
@Suite(.product, .timeLimit(.minutes(15)))
struct DriftLabTests {
    /// One way to spoil `/srv/drift/file`, in Perl: one process that acts by itself and can be named.
    struct Spoiling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let perl: String
        /// Whether the bytes `spoiled` were in the file's place, and so have to come back from `recover`.
        var leavesBytes = false
    }

    static let spoilings = [
        Spoiling(
            testDescription: "edit", perl: "open(F, '>', $f) or die; print F 'spoiled'; close(F)", leavesBytes: true),
        Spoiling(
            testDescription: "replace",
            perl: "open(F, '>', \"$f.x\") or die; print F 'spoiled'; close(F); rename(\"$f.x\", $f)",
            leavesBytes: true),
        Spoiling(testDescription: "delete", perl: "unlink($f) or die"),
        Spoiling(testDescription: "chmod", perl: "chmod(0666, $f) or die"),
        Spoiling(testDescription: "chown", perl: "chown(1, 1, $f) or die"),
        // In one step: between two, the file that is gone may be back already.
        Spoiling(
            testDescription: "symlink",
            perl: "symlink('/etc/passwd', \"$f.x\") or die; rename(\"$f.x\", $f) or die"),
        Spoiling(testDescription: "move away", perl: "rename($f, '/srv/elsewhere') or die"),
    ]

    private static let path = "/srv/drift/file"
    private static let site = [
        "a.yaml": Site.blueprint(
            "a", [Site.directory("/srv/drift"), Site.file(path, "declared"), Site.file("/srv/drift/other", "other")])
    ]

    @Test(arguments: spoilings)
    func `a spoiled file is repaired at once, and a living culprit is named`(spoiling: Spoiling) async throws {
        try await withManagedHost(name: "drift", site: Self.site) { managed in
            let script = "$f = '\(Self.path)'; \(spoiling.perl); sleep 60;"
            try await managed.host.put(script, at: "/srv/spoil.pl")
            let start = ContinuousClock.now
            try await managed.host.succeed("systemd-run", "--quiet", "--unit=culprit.service", "perl", "/srv/spoil.pl")
            let pid = try await managed.mainPID(of: "culprit.service")
            let record = try await managed.waitForRepair(of: "file:\(Self.path)")
            report("\(spoiling.testDescription): repaired, as seen from outside, within \(ContinuousClock.now - start)")

            try await expectDeclared(in: managed.host)
            let actor = record["actor"]
            #expect(actor["pid"].int.map(String.init) == pid)
            #expect(actor["comm"].string == "perl")
            #expect(actor["exe"].string == "/usr/bin/perl")
            #expect(actor["uid"].int == 0)
            #expect(actor["unit"].string == "culprit.service")
            #expect(actor["unknown"] == .null)
            let run = try #require(record["run"].string)
            #expect(try await managed.list("workflowruns").contains { $0["metadata"]["name"].string == run })

            #expect(actor["ancestors"] == .null)
            let entry = try await managed.waitForEntry(about: "file:\(Self.path)", run: run)
            #expect(entry["AETHEREDGE_ACTOR_PID"].string == pid)
            #expect(entry["AETHEREDGE_ACTOR_EXE"].string == "/usr/bin/perl")
            #expect(entry["AETHEREDGE_ACTOR_UID"].string == "0")
            #expect(entry["AETHEREDGE_ACTOR_UNIT"].string == "culprit.service")
            #expect(entry["AETHEREDGE_COMMIT"].string == (try await managed.status()["commit"].string))

            try await managed.host.waitUntil("an Event names the culprit", within: .seconds(20)) {
                try await managed.ctl("events").checked().output
                    .contains("changed by '/usr/bin/perl' of uid 0 in culprit.service")
            }
            let metrics = try await managed.host.succeed(
                "curl", "-sf", "--unix-socket", "/run/aetheredge/control.sock", "http://localhost/metrics")
            #expect(metrics.contains("aetheredge_drifts_repaired_total{attribution=\"observed\"} 1"))

            if spoiling.leavesBytes {
                #expect(try await managed.ctl("recover", "file:\(Self.path)").checked().output == "spoiled")
            }
            // What was not the daemon's to touch is as it was.
            let moved = try await managed.host.exists("/srv/elsewhere")
            #expect(moved == (spoiling.testDescription == "move away"))
        }
    }

    @Test func `a culprit that is gone before anyone can look is named rightly or not at all`() async throws {
        let paths = (0..<10).map { "/srv/brief/f\($0)" }
        let site = [
            "a.yaml": Site.blueprint("a", [Site.directory("/srv/brief")] + paths.map { Site.file($0, "declared") })
        ]
        try await withManagedHost(name: "shortlived", site: site) { managed in
            var named = 0
            for (round, path) in paths.enumerated() {
                let command = round.isMultiple(of: 2) ? "echo spoiled >>\(path)" : "chmod 600 \(path)"
                let unit = "brief-\(round).service"
                try await managed.host.succeed("systemd-run", "--quiet", "--unit=\(unit)", "sh", "-c", command)
                let record = try await managed.waitForRepair(of: "file:\(path)")
                let actor = record["actor"]
                if actor["unknown"] == .null {
                    named += 1
                    // A process that has ended is named for the program that it ran.
                    #expect(["sh", "dash", "chmod"].contains(actor["comm"].string))
                    #expect(actor["unit"].string == unit || actor["unit"] == .null)
                } else {
                    #expect(actor["unknown"].string?.isEmpty == false)
                    #expect(actor["pid"] == .null && actor["unit"] == .null)
                }
                #expect(actor["comm"].string != "aetheredged")
            }
            report("\(named) of 10 short-lived culprits were named")
        }
    }

    @Test func `a person is named with user and session`() async throws {
        try await withManagedHost(name: "session", site: Self.site) { managed in
            let setUp = "useradd -m ann && chown ann \(Self.path) && chmod 666 \(Self.path)"
            try await managed.host.shell(setUp).checked()
            var record = try await managed.waitForRepair(of: "file:\(Self.path)")
            // The file is root's again; the directory lets ann replace it.
            try await managed.host.shell("chmod 777 /srv/drift").checked()
            _ = try await managed.waitForRepair(of: "directory:/srv/drift")
            try await managed.host.shell(
                "usermod -aG sudo ann && echo 'ann ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ann"
            ).checked()
            let login = [
                "systemd-run", "--quiet", "--unit=login-ann.service", "-p", "PAMName=login", "-p", "User=ann",
                "sh", "-c", "echo spoiled | sudo tee \(Self.path); sleep 60",
            ]
            try await managed.host.execute(login).checked()
            record = try await managed.waitForRepair(of: "file:\(Self.path)", after: record)
            let actor = record["actor"]
            let session = try await managed.host.succeed("loginctl", "list-sessions", "--no-legend")
            #expect(session.contains("ann"))
            if actor["unknown"] == .null {
                #expect(actor["comm"].string == "tee" || actor["comm"].string == "sudo")
                #expect(actor["session"].string != nil)
            }
        }
    }

    private func expectDeclared(in host: LabHost) async throws {
        let content = try await host.read(Self.path)
        #expect(content == "declared\n")
        #expect(try await host.succeed("stat", "-c", "%F %a %U %G", Self.path) == "regular file 644 root root")
    }

    /// One way to spoil the unit lab-a.service from a shell.
    struct UnitSpoiling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
    }

    static let unitSpoilings = [
        UnitSpoiling(testDescription: "stop", script: "systemctl stop lab-a.service"),
        UnitSpoiling(testDescription: "disable", script: "systemctl disable lab-a.service"),
        UnitSpoiling(
            testDescription: "mask",
            script:
                "ln -sfn /dev/null /etc/systemd/system/lab-a.service; systemctl daemon-reload; "
                + "systemctl stop lab-a.service"
        ),
        UnitSpoiling(testDescription: "kill", script: "systemctl kill -s KILL lab-a.service"),
        UnitSpoiling(
            testDescription: "edit",
            script: "echo '# spoiled' >>/etc/systemd/system/lab-a.service; systemctl daemon-reload"),
    ]

    @Test(arguments: unitSpoilings)
    func `a spoiled unit is brought back, and PID 1 is never its culprit`(spoiling: UnitSpoiling) async throws {
        let site = ["a.yaml": Site.blueprint("a", [Site.unit("lab-a.service"), Site.unit("lab-b.service")])]
        try await withManagedHost(name: "unitdrift", site: site) { managed in
            let neighbour = try await managed.mainPID(of: "lab-b.service")
            let before = try await managed.host.succeed("sha256sum", "/etc/systemd/system/lab-a.service")
            let start = ContinuousClock.now
            try await managed.host.shell(spoiling.script).checked()
            let record = try await managed.waitForRepair(of: "unit:lab-a.service")
            report("\(spoiling.testDescription) of a unit: brought back within \(ContinuousClock.now - start)")

            #expect(try await managed.host.succeed("systemctl", "is-active", "lab-a.service") == "active")
            #expect(try await managed.host.succeed("systemctl", "is-enabled", "lab-a.service") == "enabled")
            #expect(try await managed.host.succeed("sha256sum", "/etc/systemd/system/lab-a.service") == before)
            #expect(try await managed.mainPID(of: "lab-b.service") == neighbour)

            let actor = record["actor"]
            #expect(actor["pid"].int != 1)
            if actor["unknown"] == .null {
                #expect(["systemctl", "sh", "rm"].contains(actor["comm"].string))
                if actor["comm"].string == "systemctl" { #expect(actor["confidence"].string == "correlated") }
            } else {
                #expect(actor["pid"] == .null)
            }
        }
    }

    @Test func `drift that is only reported or ignored is left, and said`() async throws {
        let site = [
            "a.yaml": Site.blueprint(
                "a",
                [
                    Site.file("/srv/reported", "declared", more: "onDrift: report"),
                    Site.file("/srv/ignored", "declared", more: "onDrift: ignore"),
                ])
        ]
        try await withManagedHost(name: "ondrift", site: site) { managed in
            try await managed.host.shell("echo spoiled >/srv/reported; echo spoiled >/srv/ignored").checked()
            let reported = try await managed.waitForPhase("Drifted", of: "file:/srv/reported", within: .seconds(20))
            #expect(reported["status"]["lastDrift"]["repairedTime"] == .null)
            try await managed.waitForPhase("Ignored", of: "file:/srv/ignored", within: .seconds(20))
            #expect(try await managed.host.read("/srv/reported") == "spoiled\n")
            #expect(try await managed.host.read("/srv/ignored") == "spoiled\n")
            #expect(try await managed.status()["resources"]["drifted"].int == 1)
            #expect(try await managed.status()["converged"].bool == false)
        }
    }

    @Test func `a writer that fights is answered with backoff and named, not with a war`() async throws {
        try await withManagedHost(name: "fight", site: Self.site) { managed in
            let fight =
                "$f = '\(Self.path)'; while (1) { open(F, '>', $f); print F \"mine\\n\"; close(F); "
                + "select(undef, undef, undef, 0.02) }"
            try await managed.host.put(fight, at: "/srv/fight.pl")
            try await managed.host.succeed("systemd-run", "--quiet", "--unit=fighter.service", "perl", "/srv/fight.pl")
            let pid = try await managed.mainPID(of: "aetheredged.service")
            let runs = { try await managed.list("workflowruns").count }
            try await managed.host.waitUntil("the fight is noticed and named", within: .seconds(60)) {
                let lines = try await managed.host.journal("-t", "aetheredged", "-p", "warning")
                return lines.contains { entry in
                    let text = "\(entry["MESSAGE"]) \(entry["AETHEREDGE_ACTOR_EXE"]) \(entry["AETHEREDGE_ACTOR_UNIT"])"
                    return text.contains("perl") || text.contains("fighter.service")
                }
            }
            try await managed.host.waitUntil("the resource names its opponent", within: .seconds(20)) {
                let status = try await managed.resource("file:\(Self.path)")["status"]
                let reasons = status["conditions"].items.compactMap { $0["reason"].string }
                return status["phase"].string == "Drifted" && reasons.contains("Contested")
                    && status["message"].string?.contains("'/usr/bin/perl' of uid 0 in fighter.service") == true
            }
            let before = try await runs()
            try await ContinuousClock().sleep(for: .seconds(5))
            // The writer spoils it fifty times a second.
            #expect(try await runs() - before <= 10)
            #expect(try await managed.mainPID(of: "aetheredged.service") == pid)

            try await managed.host.succeed("systemctl", "stop", "fighter.service")
            try await managed.host.waitUntil("the declared content is back", within: .seconds(120)) {
                try await managed.host.read(Self.path) == "declared\n"
            }
            try await managed.waitForPhase("InSync", of: "file:\(Self.path)")
        }
    }
}
