import Testing

/// From a commit to a host that is what the commit declares, and what is said about it.
@Suite(.product, .timeLimit(.minutes(10)))
struct ConvergenceLabTests {
    @Test func `200 files and 20 units converge from an empty state, and status, list and journal say so`() async throws
    {
        let files = (0..<199).map { Site.file("/srv/app/d\($0 % 10)/f\($0)", "file \($0)") }
        let directories = [Site.directory("/srv/app")] + (0..<10).map { Site.directory("/srv/app/d\($0)") }
        let units = (0..<20).map { Site.unit("lab-\($0).service") }
        let site = [
            "files.yaml": Site.blueprint("files", [Site.file("/etc/motd", "welcome")] + directories + files),
            "units.yaml": Site.blueprint("units", units),
        ]
        try await withManagedHost(name: "converge", site: site, waits: false) { managed in
            let commit = try await managed.host.succeed("git", "-C", SiteRepository.path, "rev-parse", "main")
            let start = ContinuousClock.now
            try await managed.waitUntilConverged(to: commit, within: .seconds(120))
            report("200 files and 20 units converged \(ContinuousClock.now - start) after the boot")

            let status = try await managed.status()
            let counts = status["resources"]
            #expect(counts["total"].int == 231)
            #expect(counts["inSync"].int == 231)
            #expect(counts["drifted"].int == 0 && counts["failed"].int == 0 && counts["pending"].int == 0)
            #expect(status["errors"].items.isEmpty)
            #expect(status["runs"]["active"].int == 0)

            try await expectDeclared(in: managed.host)
            try await expectList(of: managed, count: 231)
            try await expectJournal(of: managed, commit: commit)
        }
    }

    private func expectDeclared(in host: LabHost) async throws {
        let list = "cd /srv/app && find . -type f | wc -l && for i in $(seq 0 198); do cat d$((i % 10))/f$i; done"
        let lines = try await host.shell(list).checked().output.split(separator: "\n")
        #expect(lines.first == "199")
        #expect(lines.dropFirst().map(String.init) == (0..<199).map { "file \($0)" })
        let modes = try await host.shell("find /srv/app -type f -printf '%m %u %g\\n' | sort -u").checked().line
        #expect(modes == "644 root root")
        let active = try await host.shell("systemctl is-active 'lab-*.service' | sort | uniq -c").checked().line
        #expect(active == "20 active")
        let enabled = try await host.shell("ls /etc/systemd/system/multi-user.target.wants | grep -c '^lab-'").checked()
            .line
        #expect(enabled == "20")
    }

    private func expectList(of managed: ManagedHost, count: Int) async throws {
        let list = try JSONValue(parsing: try await managed.ctl("get", "resources", "-o", "json").checked().output)
        #expect(list["apiVersion"].string != nil)
        #expect(list["kind"].string?.hasSuffix("List") == true)
        #expect(list["items"].items.count == count)
        let item = try #require(list["items"].items.first { $0["metadata"]["name"].string == "file:etc-motd" })
        #expect(item["kind"].string == "Resource")
        #expect(item["apiVersion"].string == "aetheredge.io/v1")
        #expect(item["spec"]["id"].string == "file:/etc/motd")
        #expect(item["status"]["phase"].string == "InSync")
        #expect(item["status"]["lastTransitionTime"].string != nil)
        #expect(list["items"].items.contains { $0["spec"]["id"].string == "unit:lab-7.service" })

        // Every command takes the readable form too.
        #expect(try await managed.resource("file:/etc/motd")["metadata"]["name"].string == "file:etc-motd")
    }

    private func expectJournal(of managed: ManagedHost, commit: String) async throws {
        let entries = try await managed.host.journal("-t", "aetheredged")
        let changes = entries.filter { $0["AETHEREDGE_RESOURCE"] != .null && $0["AETHEREDGE_RUN"] != .null }
        let named = changes.compactMap { $0["AETHEREDGE_RESOURCE"].string }
        #expect(named.count == 231)
        #expect(Set(named).count == 231)
        #expect(named.contains("file:/etc/motd") && named.contains("unit:lab-7.service"))
        #expect(changes.allSatisfy { $0["AETHEREDGE_COMMIT"].string == commit })
        #expect(entries.allSatisfy { $0["SYSLOG_IDENTIFIER"].string == "aetheredged" })
    }

    @Test func `a plan shows what the next commit changes, and touches nothing until it runs`() async throws {
        let first = Site.blueprint("a", [Site.file("/srv/a", "one"), Site.file("/srv/b", "same")])
        try await withManagedHost(name: "plan", site: ["a.yaml": first]) { managed in
            #expect(try await managed.ctl("plan").status == 0)
            let inode = try await managed.host.succeed("stat", "-c", "%i %Y", "/srv/b")
            let second = Site.blueprint("a", [Site.file("/srv/a", "two"), Site.file("/srv/b", "same")])
            try await managed.host.put(second, at: "/srv/next/a.yaml")

            let plan = try await managed.ctl("plan", "--source", "/srv/next")
            #expect(plan.status == 2)
            #expect(plan.output.contains("-one") && plan.output.contains("+two"))
            #expect(!plan.output.contains("/srv/b"))
            #expect(try await managed.host.read("/srv/a") == "one\n")

            try await managed.converge("second", ["a.yaml": second])
            #expect(try await managed.host.read("/srv/a") == "two\n")
            #expect(try await managed.host.succeed("stat", "-c", "%i %Y", "/srv/b") == inode)
            #expect(try await managed.ctl("plan").status == 0)
        }
    }

    @Test func `a bad commit changes nothing, and the error names file, line, column and what was meant`() async throws
    {
        let good = Site.blueprint("a", [Site.file("/srv/a", "one")])
        try await withManagedHost(name: "bad", site: ["a.yaml": good]) { managed in
            let commit = try await managed.status()["commit"].string
            let bad = Site.blueprint("b", [Site.file("/srv/b", "two"), "file: /srv/c\ncontents: x"])
            try await managed.site.commit("bad", ["b.yaml": bad])
            #expect(try await managed.ctl("reconcile", "--wait").status == 1)

            let status = try await managed.status()
            #expect(status["commit"].string == commit)
            #expect(status["converged"].bool == false)
            let error = try #require(status["errors"].items.first { $0["object"].string == "Source/default" })
            let message = error["message"].string ?? ""
            #expect(message.contains("b.yaml:14:") && message.contains("contents") && message.contains("content"))
            #expect(try await managed.host.exists("/srv/b") == false)
            let lines = try await managed.host.journal("-t", "aetheredged", "-p", "err")
            #expect(lines.contains { $0["MESSAGE"].string?.isEmpty == false })

            // Drift of the generation in force is still repaired.
            try await managed.host.shell("echo drift >/srv/a").checked()
            _ = try await managed.waitForRepair(of: "file:/srv/a")
            #expect(try await managed.host.read("/srv/a") == "one\n")

            try await managed.converge("mended", [:], removing: ["b.yaml"])
        }
    }

    @Test func `a run whose verification fails is undone, and its commit is not tried again`() async throws {
        let first = Site.blueprint("a", [Site.file("/srv/a", "one"), Site.file("/srv/b", "one")])
        try await withManagedHost(name: "verify", site: ["a.yaml": first]) { managed in
            let good = try await managed.status()["commit"].string
            let probe = "verify: {exec: [/bin/false]}"
            let second = Site.blueprint("a", [Site.file("/srv/a", "two"), Site.file("/srv/b", "two", more: probe)])
            let bad = try await managed.site.commit("bad", ["a.yaml": second])
            #expect(try await managed.ctl("reconcile", "--wait").status != 0)

            #expect(try await managed.host.read("/srv/a") == "one\n")
            #expect(try await managed.host.read("/srv/b") == "one\n")
            let status = try await managed.status()
            #expect(status["commit"].string == good)
            #expect(status["converged"].bool == false)
            let runs = try await managed.list("workflowruns").filter { $0["spec"]["commit"].string == bad }
            #expect(runs.map { $0["status"]["phase"].string } == ["RolledBack"])

            try await managed.ctl("reconcile", "--wait")
            let again = try await managed.list("workflowruns").filter { $0["spec"]["commit"].string == bad }
            #expect(again.count == 1)
        }
    }

    @Test func `a host that was rebooted is in its declared state with no run at all`() async throws {
        // One unit starts only once the daemon has seen that its job is queued.
        let isSeen = "aetherctl get resource unit:lab-slow.service -o json | grep -q Starting"
        let slow = Site.unit(
            "lab-slow.service",
            service: [
                "Type=oneshot", "RemainAfterExit=yes",
                "ExecStart=/bin/sh -c '! test -e /srv/waits || until \(isSeen); do sleep 0.05; done'",
            ])
        let units = (0..<10).map { Site.unit("lab-\($0).service") }
        let site = ["a.yaml": Site.blueprint("a", [Site.file("/srv/a", "one")] + units + [slow])]
        try await withManagedHost(name: "reboot", site: site) { managed in
            try await managed.host.put("", at: "/srv/waits")
            let commit = try #require(try await managed.status()["commit"].string)
            let runs = try await managed.list("workflowruns").count
            try await managed.host.reboot()
            try await managed.waitUntilConverged(to: commit)
            let active = try await managed.host.shell("systemctl is-active 'lab-*.service' | sort | uniq -c").line
            #expect(active == "11 active")
            #expect(try await managed.list("workflowruns").count == runs)
            #expect(try await managed.ctl("audit", "verify").status == 0)
        }
    }

    @Test func `a unit whose start is queued is waited for, and repaired when its job fails`() async throws {
        let gate = "ExecStartPre=/bin/sh -c 'while ! test -e /run/go; do sleep 0.05; done; ! rm /run/fail 2>/dev/null'"
        let unit = Site.unit("lab-a.service", service: [gate, "ExecStart=/bin/sleep infinity"])
        let site = ["a.yaml": Site.blueprint("a", [unit])]
        try await withManagedHost(name: "queued", site: site, waits: false) { managed in
            try await managed.host.shell("touch /run/go").checked()
            let commit = try await managed.host.succeed("git", "-C", SiteRepository.path, "rev-parse", "main")
            try await managed.waitUntilConverged(to: commit)
            let runs = try await managed.list("workflowruns").count

            // Somebody restarts it: nothing is drifting while the job is pending.
            try await managed.host.shell("rm /run/go; systemctl restart --no-block lab-a.service").checked()
            let waiting = try await managed.waitForPhase("Pending", of: "unit:lab-a.service")
            #expect(waiting["status"]["conditions"].items.contains { $0["reason"].string == "Starting" })
            #expect(try await managed.status()["converged"].bool == false)
            #expect(try await managed.list("workflowruns").count == runs)
            try await managed.host.shell("touch /run/go").checked()
            try await managed.waitUntilConverged(to: commit)
            #expect(try await managed.list("workflowruns").count == runs)

            // The job fails: that is drift, and a run repairs it.
            try await managed.host.shell("rm /run/go; systemctl restart --no-block lab-a.service").checked()
            try await managed.waitForPhase("Pending", of: "unit:lab-a.service")
            try await managed.host.shell("touch /run/fail /run/go").checked()
            _ = try await managed.waitForRepair(of: "unit:lab-a.service")
            try await managed.waitUntilConverged(to: commit)
            #expect(try await managed.list("workflowruns").count == runs + 1)
            #expect(try await managed.host.succeed("systemctl", "is-active", "lab-a.service") == "active")
        }
    }
}
