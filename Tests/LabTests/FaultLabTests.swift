import Testing

/// What goes wrong on real machines: said clearly, nothing lost, healed when the cause goes away.
@Suite(.product, .timeLimit(.minutes(20)))
struct FaultLabTests {
    private static let first = [
        "a.yaml": Site.blueprint(
            "a", [Site.file("/srv/good", "one"), Site.directory("/srv/x"), Site.file("/srv/x/file", "one")])
    ]
    private static let second = [
        "a.yaml": Site.blueprint(
            "a", [Site.file("/srv/good", "two"), Site.directory("/srv/x"), Site.file("/srv/x/file", "two")])
    ]
    private static let broken = "file:/srv/x/file"

    /// A fault that keeps `/srv/x/file` from being changed, and its end.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let begin: String
        let end: String
        /// What the message has to speak of, one of them.
        let words: [String]
    }

    static let faults = [
        Fault(
            testDescription: "full disk",
            begin: "cp -a /srv/x /srv/y; mount -t tmpfs -o size=64k,mode=755 tmpfs /srv/x; cp -a /srv/y/. /srv/x/; "
                + "dd if=/dev/zero of=/srv/x/filler bs=4k 2>/dev/null; true",
            end: "rm /srv/x/filler", words: ["space", "full"]),
        Fault(
            testDescription: "read-only file system",
            begin:
                "cp -a /srv/x /srv/y; mount -t tmpfs -o mode=755 tmpfs /srv/x; cp -a /srv/y/. /srv/x/; "
                + "mount -o remount,ro /srv/x",
            end: "mount -o remount,rw /srv/x", words: ["read-only"]),
        Fault(
            testDescription: "immutable file", begin: "chattr +i /srv/x/file", end: "chattr -i /srv/x/file",
            words: ["immutable", "permitted"]),
    ]

    @Test(arguments: faults)
    func `a file that cannot be changed is said to be so, keeps its bytes, and heals`(fault: Fault) async throws {
        try await withManagedHost(name: "fault", site: Self.first) { managed in
            // The fault is put in place while nobody looks, so that it is not itself repaired as a drift.
            try await managed.host.succeed("systemctl", "stop", "aetheredged.service", timeout: .seconds(150))
            try await managed.host.shell(fault.begin).checked()
            let commit = try await managed.site.commit("second", Self.second)
            try await managed.host.succeed("systemctl", "start", "aetheredged.service")

            try await expectSaid(of: Self.broken, words: fault.words, in: managed)
            #expect(try await managed.host.read("/srv/x/file") == "one\n")
            try await managed.host.shell(fault.end).checked()
            try await managed.waitUntilConverged(to: commit, within: .seconds(180))
            #expect(try await managed.host.read("/srv/x/file") == "two\n")
            #expect(try await managed.host.read("/srv/good") == "two\n")
            #expect(try await managed.status()["errors"].items.isEmpty)
        }
    }

    @Test func `a directory where a file is declared is not removed, and heals when it is gone`() async throws {
        let good = ["b.yaml": Site.blueprint("b", [Site.file("/srv/good", "one")])]
        try await withManagedHost(name: "directory", site: good) { managed in
            try await managed.host.put("precious", at: "/srv/x/file/inside")
            let commit = try await managed.site.commit("second", Self.second, removing: ["b.yaml"])
            try await managed.ctl("reconcile", "--wait")
            try await expectSaid(of: Self.broken, words: ["directory"], in: managed)
            #expect(try await managed.host.read("/srv/x/file/inside") == "precious")

            try await managed.host.shell("rm -r /srv/x/file").checked()
            try await managed.waitUntilConverged(to: commit, within: .seconds(180))
            #expect(try await managed.host.read("/srv/x/file") == "two\n")
        }
    }

    /// The object and exactly one journal line of a failed attempt say what is wrong.
    private func expectSaid(of name: String, words: [String], in managed: ManagedHost) async throws {
        var message = ""
        try await managed.host.waitUntil("\(name) is said to fail", within: .seconds(60)) {
            let status = try await managed.status()
            let resource = try await managed.resource(name)["status"]
            let errors = status["errors"].items.map { "\($0["object"].string ?? "") \($0["message"].string ?? "")" }
            message = ([resource["message"].string ?? ""] + errors).joined(separator: "\n")
            return words.contains { message.lowercased().contains($0) }
        }
        #expect(message.contains("/srv/x/file"), "\(message)")
        #expect(try await managed.status()["converged"].bool == false)
        let entries = try await managed.host.journal("-t", "aetheredged", "-p", "warning")
        let lines = entries.filter { entry in
            let text = "\(entry)".lowercased()
            return text.contains("/srv/x/file") && words.contains { text.contains($0) }
        }
        // Retries may add lines, each naming the same cause; a flood would be one per poll of this test.
        #expect((1...10).contains(lines.count), "\(lines.count) lines: \(lines.prefix(3))")
    }

    @Test func `a unit that hangs on start fails with its own words, and the rest converges`() async throws {
        let hanging = Site.unit(
            "lab-hang.service",
            service: [
                "Type=notify", "TimeoutStartSec=8", "ExecStart=/bin/sh -c 'echo still thinking; exec sleep infinity'",
            ])
        try await withManagedHost(name: "hang", site: Self.first) { managed in
            var files = Self.second
            files["b.yaml"] = Site.blueprint("b", [hanging])
            try await managed.site.commit("hangs", files)
            let start = ContinuousClock.now
            try await managed.ctl("reconcile", "--wait", timeout: .seconds(180))
            #expect(ContinuousClock.now - start < .seconds(120))
            var message = ""
            try await managed.host.waitUntil("the unit is said to fail", within: .seconds(60)) {
                message =
                    "\(try await managed.status()["errors"]) \(try await managed.resource("unit:lab-hang.service"))"
                return message.contains("lab-hang.service") && message.lowercased().contains("timeout")
            }
            #expect(message.contains("still thinking"))

            // What it answers meanwhile, and afterwards with a unit that starts.
            #expect(try await managed.ctl("status").status == 0)
            let mended = Site.blueprint("b", [Site.unit("lab-hang.service")])
            try await managed.converge("mended", ["b.yaml": mended])
            #expect(try await managed.host.succeed("systemctl", "is-active", "lab-hang.service") == "active")
        }
    }

    @Test func `a remote that disappears leaves the last good commit in force, and heals`() async throws {
        try await withManagedHost(name: "remote", site: Self.first) { managed in
            let commit = try #require(try await managed.status()["commit"].string)
            try await managed.host.shell("mv \(SiteRepository.path) /srv/gone").checked()
            #expect(try await managed.ctl("reconcile", "--wait").status != 0)
            try await managed.host.waitUntil("the source is said to fail") {
                let errors = try await managed.status()["errors"].items
                return errors.contains {
                    $0["object"].string == "Source/default"
                        && $0["message"].string?.contains(SiteRepository.path) == true
                }
            }
            #expect(try await managed.status()["commit"].string == commit)
            try await managed.host.shell("echo spoiled >/srv/good").checked()
            _ = try await managed.waitForRepair(of: "file:/srv/good")

            try await managed.host.shell("mv /srv/gone \(SiteRepository.path)").checked()
            try await managed.converge("second", Self.second)
            #expect(try await managed.status()["errors"].items.isEmpty)
        }
    }

    @Test func `a corrupt state database is set aside and said, and the host is managed again`() async throws {
        let site = ["a.yaml": Site.blueprint("a", [Site.file("/srv/good", "one"), Site.unit("lab-a.service")])]
        try await withManagedHost(name: "corrupt", site: site) { managed in
            let commit = try #require(try await managed.status()["commit"].string)
            let workload = try await managed.mainPID(of: "lab-a.service")
            try await managed.host.succeed("systemctl", "stop", "aetheredged.service", timeout: .seconds(150))
            let spoil = """
                cd /var/lib/aetheredge && rm -f state.db-wal state.db-shm &&
                dd if=/dev/urandom of=state.db bs=4096 seek=0 count=8 conv=notrunc status=none
                """
            try await managed.host.shell(spoil).checked()
            try await managed.host.succeed("systemctl", "start", "aetheredged.service", timeout: .seconds(60))
            try await managed.waitUntilConverged(to: commit, within: .seconds(120))

            #expect(try await managed.mainPID(of: "lab-a.service") == workload)
            #expect(try await managed.host.read("/srv/good") == "one\n")
            let lines = try await managed.host.journal("-t", "aetheredged", "-p", "warning")
            #expect(
                lines.contains { $0["MESSAGE"].string?.contains("state.db") == true || "\($0)".contains("state.db") })
            // The bytes of the old database are kept for whoever wants to look.
            #expect(try await managed.host.shell("ls /var/lib/aetheredge | grep -c state.db").checked().line != "1")
            try await managed.host.shell("echo spoiled >/srv/good").checked()
            _ = try await managed.waitForRepair(of: "file:/srv/good")
        }
    }

    @Test func `a full state directory refuses changes instead of making them without an undo`() async throws {
        let files = [
            "/etc/systemd/system/var-lib-aetheredge.mount":
                "[Unit]\nBefore=aetheredged.service\n[Mount]\nWhat=tmpfs\nType=tmpfs\nOptions=size=24m\n"
                + "Where=/var/lib/aetheredge\n",
            "/etc/systemd/system/aetheredged.service.d/full.conf": "[Unit]\nRequires=var-lib-aetheredge.mount\n",
        ]
        try await withManagedHost(name: "fullstate", site: Self.first, files: files) { managed in
            // Incompressible and larger than what is left, so that its undo cannot be kept.
            try await managed.host.shell("dd if=/dev/zero of=/var/lib/aetheredge/filler bs=4k status=none; true")
            try await managed.host.shell("head -c 300000 /dev/urandom >/srv/good").checked()
            let sum = try await managed.host.succeed("sha256sum", "/srv/good")
            try await managed.host.waitUntil("the refusal is said", within: .seconds(60)) {
                let text = "\(try await managed.host.journal("-t", "aetheredged", "-p", "warning"))".lowercased()
                return text.contains("space") || text.contains("full")
            }
            #expect(try await managed.host.succeed("sha256sum", "/srv/good") == sum)

            try await managed.host.shell("rm /var/lib/aetheredge/filler").checked()
            try await managed.host.waitUntil("the file is repaired", within: .seconds(180)) {
                try await managed.host.read("/srv/good") == "one\n"
            }
            let kept = try await managed.host.shell("aetherctl recover file:/srv/good | sha256sum | cut -c1-64")
                .checked().line
            #expect(sum.hasPrefix(kept))
        }
    }

    @Test(arguments: ["+40d", "-40d"])
    func `a clock that jumps changes nothing but the times that are shown`(jump: String) async throws {
        let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
        let files = [
            "/etc/faketime": "+0\n",
            "/etc/systemd/system/aetheredged.service.d/clock.conf": """
            [Service]
            Environment=LD_PRELOAD=\(library) FAKETIME_TIMESTAMP_FILE=/etc/faketime FAKETIME_NO_CACHE=1
            Environment=FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 NO_FAKE_STAT=1

            """,
        ]
        try await withManagedHost(name: "clock", site: Self.first, files: files) { managed in
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            try await managed.host.shell("echo '\(jump)' >/etc/faketime").checked()
            try await managed.host.shell("echo spoiled >/srv/good").checked()
            _ = try await managed.waitForRepair(of: "file:/srv/good")
            try await managed.converge("second", Self.second)
            try await managed.host.shell("echo '+0' >/etc/faketime; echo spoiled >/srv/good").checked()
            try await managed.host.waitUntil("repaired after the clock is back") {
                try await managed.host.read("/srv/good") == "two\n"
            }
            #expect(try await managed.mainPID(of: "aetheredged.service") == daemon)
            #expect(try await managed.ctl("audit", "verify").status == 0)
            let runs = try await managed.list("workflowruns").compactMap { $0["status"]["phase"].string }
            #expect(runs.allSatisfy { $0 == "Succeeded" }, "\(runs)")
        }
    }
}
