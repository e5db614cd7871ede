import Glibc
import TestSupport
import Testing

/// The harness itself: what every other lab test takes for granted.
@Suite(.lab, .timeLimit(.minutes(10)))
struct HarnessLabTests {
    @Test func `two hosts boot side by side in seconds, and neither sees the other`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let machines = try await withThrowingTaskGroup(of: String.self) { group in
            for label in ["left", "right"] {
                group.addTask {
                    try await withLabHost(name: label) { host in
                        report("\(label) booted in \(host.lastBootTime)")
                        #expect(host.lastBootTime < .seconds(20))
                        try await host.put(label, at: "/srv/who")
                        #expect(try await host.read("/srv/who") == label)
                        #expect(try await host.succeed("systemctl", "is-system-running") == "running")
                        return try await host.succeed("cat", "/etc/machine-id")
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(machines.count == 2)
        #expect(clock.now - start < .seconds(60))
    }

    @Test func `a command returns its status, both of its outputs and takes its input`() async throws {
        try await withLabHost(name: "exec") { host in
            let result = try await host.execute(["sh", "-c", "cat; echo wrong >&2; exit 7"], input: "right")
            #expect(result.status == 7)
            #expect(result.output == "right")
            #expect(result.errors == "wrong\n")
            #expect(try await host.shell("kill -KILL $$").status == 128 + SIGKILL)
            #expect(try await host.succeed("cat", "/proc/1/comm") == "systemd")

            // The command is in the host's cgroup tree and in its pid namespace.
            let cgroup = try await host.succeed("cat", "/proc/self/cgroup").split(separator: "\n").last
            #expect(cgroup == "0::/lab")

            let input = String(repeating: "0123456789abcdef", count: 1 << 16)
            #expect(try await host.execute(["cat"], input: input).output == input)
        }
    }

    @Test func `a command that does not end is killed at its deadline`() async throws {
        try await withLabHost(name: "deadline") { host in
            let start = ContinuousClock.now
            await #expect(throws: LabError.self) {
                try await host.execute(["sleep", "1000"], timeout: .milliseconds(300))
            }
            #expect(ContinuousClock.now - start < .seconds(10))
            try await host.waitUntil("the command is gone") {
                try await host.execute(["pgrep", "-x", "sleep"]).status == 1
            }
        }
    }

    @Test func `the journal comes back entry by entry`() async throws {
        try await withLabHost(name: "journal") { host in
            try await host.shell("echo one two | systemd-cat -t labtest -p warning").checked()
            try await host.waitUntil("the entry is there") { try await host.journal("-t", "labtest").count == 1 }
            let entry = try await host.journal("-t", "labtest")[0]
            #expect(entry["MESSAGE"].string == "one two")
            #expect(entry["PRIORITY"].string == "4")
        }
    }

    @Test func `a power cut loses what was not synced and keeps what was`() async throws {
        try await withLabHost(name: "cut", disk: .cuttable) { host in
            // The directory is older than the cut, so that only the new names and bytes are at stake.
            try await host.shell("mkdir /srv/d && sync /srv/d && sync").checked()
            let write = "printf synced >/srv/d/a && sync /srv/d/a && sync /srv/d && printf unsynced >/srv/d/b"
            try await host.shell(write).checked()
            #expect(try await host.read("/srv/d/b") == "unsynced")
            try await host.powerCut()

            let left = try await host.offline(["sh", "-c", "cat /srv/d/a; echo; cat /srv/d/b 2>/dev/null || true"])
            #expect(left.line == "synced")
            try await host.boot()
            #expect(try await host.read("/srv/d/a") == "synced")
            #expect(try await host.execute(["test", "-s", "/srv/d/b"]).status != 0)
            report("booted after a power cut in \(host.lastBootTime)")
        }
    }

    @Test func `a killed host, a shut down host and a rebooted host keep their files`() async throws {
        try await withLabHost(name: "power") { host in
            let first = try await host.succeed("cat", "/proc/sys/kernel/random/uuid", "/etc/machine-id")
            #expect(!first.isEmpty)
            try await host.put("kept", at: "/srv/kept")
            try await host.reboot()
            #expect(try await host.read("/srv/kept") == "kept")
            try await host.shutDown()
            #expect(throws: LabError.self) { try host.leader }
            try await host.boot()
            #expect(try await host.read("/srv/kept") == "kept")
            try await host.killHost()
            try await host.boot()
            #expect(try await host.read("/srv/kept") == "kept")
        }
    }

    @Test func `files given before the boot are there at the boot`() async throws {
        let path = "/etc/systemd/system/systemd-user-sessions.service.d/lab.conf"
        try await withLabHost(name: "files", files: [path: "[Service]\nExecStartPost=/bin/touch /srv/started\n"]) {
            host in
            let attributes = try await host.succeed("stat", "-c", "%a %U", path)
            #expect(attributes == "644 root")
            #expect(try await host.exists("/srv/started"))
        }
    }

    @Test func `a site repository takes commits while its host is off, and while it runs`() async throws {
        try await withLabHost(name: "site", disk: .cuttable, boots: false) { host in
            let site = SiteRepository(host: host)
            let first = try await site.create(["a.yaml": "one\n", "d/b.yaml": "two\n"])
            try await host.boot()
            let bytes: [UInt8] = [0xff, 0x00, 0x0a]
            let second = try await site.commit("second", bytes: ["c": bytes], removing: ["a.yaml"])
            let log = try await host.succeed("git", "-C", SiteRepository.path, "log", "--format=%H %s", "main")
            #expect(log == "\(second) second\n\(first) first")
            let names = try await host.succeed("git", "-C", SiteRepository.path, "ls-tree", "-r", "--name-only", "main")
            #expect(names == "c\nd/b.yaml")
            let content = try await host.execute(["git", "-C", SiteRepository.path, "cat-file", "blob", "main:c"])
            #expect(content.standardOutput == bytes)
            try await host.powerCut()
            try await host.boot()
            #expect(try await host.succeed("git", "-C", SiteRepository.path, "rev-parse", "main") == second)
        }
    }

    @Test(arguments: [LabHost.Disk.overlay, .cuttable])
    func `nothing of a host is left after its scope`(disk: LabHost.Disk) async throws {
        let (leader, directory, name) = try await withLabHost(name: "gone", disk: disk) { host in
            try await host.shell("touch /srv/fixed && chattr +i /srv/fixed && (setsid sleep 1000 &)").checked()
            return (try host.leader, host.directory, host.name)
        }
        #expect(LabSite.startTime(of: leader) == nil)
        #expect(access(directory, F_OK) == -1)
        #expect(readText("/proc/self/mounts")?.contains(name) == false)
        let loops = try await ChildProcess.run(["losetup", "--list", "--output", "BACK-FILE"], timeout: .seconds(10))
        #expect(!loops.output.contains(name))
        for hierarchy in Janitor.hierarchies() { #expect(access("\(hierarchy)/\(name)", F_OK) == -1) }
    }

    @Test func `a host whose test process dies is removed by its lifeline`() async throws {
        try await withLabHost(name: "orphan") { host in
            let running = try host.takeRunning()
            // What the kernel does to the descriptor when this process is killed.
            running.lifeline.close()
            try await host.waitUntil("the host and its directory are gone") {
                access(host.directory, F_OK) == -1 && LabSite.startTime(of: running.leader) == nil
            }
            #expect(running.process.wait(until: .now + .seconds(10)) != nil)
        }
    }

    @Test func `an entry is abandoned when its owner's pid or start time is not of a running process`() {
        #expect(!Janitor.isAbandoned("\(LabSite.prefix)\(LabSite.owner)-1-x"))
        #expect(Janitor.isAbandoned("\(LabSite.prefix)\(getpid())-1-1-x"))
        #expect(!Janitor.isAbandoned("\(LabSite.prefix)no-number"))
        #expect(!Janitor.isAbandoned("system.slice"))
    }

    @Test func `fanotify works inside a host, and the pid that it reports is the host's own`() async throws {
        let program = try await LabProgram.build("fanotify-probe")
        try await withLabHost(name: "fanotify") { host in
            try await host.putProgram(program, at: "/srv/probe")
            try await host.succeed("mkdir", "/srv/watched")
            try await host.shell("systemd-run --unit=probe -p StandardOutput=file:/srv/out /srv/probe /srv/watched")
                .checked()
            try await host.waitUntil("the mark is set") {
                try await host.shell("grep -qs . /srv/out").status == 0
            }
            #expect(try await host.read("/srv/out") == "ready\n")
            // The writer waits for the answer, so that its /proc entry is there when the probe looks.
            let writer =
                "echo $$; exec 4>/srv/watched/file; exec 4>&-; until [ \"$(wc -l </srv/out)\" = 2 ]; do :; done"
            let pid = try await host.shell(writer).checked().line
            #expect(try await host.read("/srv/out") == "ready\n\(pid) sh\n")
        }
    }
}
