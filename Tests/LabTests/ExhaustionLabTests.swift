import Testing

/// Whole or not at all (I3): a disk without room at any moment of a run, and a daemon that hangs in the middle of one.
@Suite(.product, .timeLimit(.minutes(60)))
struct ExhaustionLabTests {
    private static let site = VersionedSite(files: 12, bigFiles: 1, directories: 2, links: 2, units: 1)

    /// A disk of its own for what a run writes.
    enum Disk: String, CaseIterable, Sendable {
        case managed = "/srv/data"
        case state = "/var/lib/aetheredge"

        /// The name of the mount unit.
        private var unit: String { rawValue.dropFirst().split(separator: "/").joined(separator: "-") + ".mount" }

        /// How much more room there is from one try to the next, in KiB.
        var step: Int {
            switch self {
            case .managed: Lab.campaign(ci: 96, full: 4)
            case .state: Lab.campaign(ci: 256, full: 16)
            }
        }

        var files: [String: String] {
            [
                "/etc/systemd/system/\(unit)":
                    "[Unit]\nBefore=aetheredged.service\n[Mount]\nWhat=tmpfs\nType=tmpfs\nOptions=size=24m,mode=0755\n"
                    + "Where=\(rawValue)\n",
                "/etc/systemd/system/aetheredged.service.d/disk.conf": "[Unit]\nRequires=\(unit)\nAfter=\(unit)\n",
            ]
        }
    }

    @Test(arguments: Disk.allCases)
    func `a disk that is full at any write leaves every file whole, and the run is made once there is room`(
        _ disk: Disk
    ) async throws {
        let site = Self.site
        try await withManagedHost(name: "room", site: site.tree(version: 0), files: disk.files) { managed in
            let host = managed.host
            // Named like a directory of the site, which nothing reads.
            let filler = "\(disk.rawValue)/d"
            var (version, refusals) = (0, 0)
            var isDone = false
            while !isDone {
                let room = version * disk.step
                version += 1
                let place = "with \(room) KiB left in \(disk.rawValue)"
                try await host.shell(
                    "dd if=/dev/zero of=\(filler) bs=4k status=none 2>/dev/null; truncate -s -\(room)K \(filler)")
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                let answer = try await host.shell("timeout 60 aetherctl reconcile --wait")
                let status = try await managed.status()
                isDone = status["converged"].bool == true && status["commit"].string == commit
                expectAnswer(answer, isDone: isDone, place)
                if !isDone { refusals += 1 }
                try await site.expectWhole(host, versions: [version - 1, version], place)

                try await host.shell("rm \(filler)").checked()
                try await managed.ctl("reconcile")
                try await managed.waitUntilConverged(to: commit, within: .seconds(180))
                try await site.expectHeld(host, version: version, place)
                try await managed.expectOneRun(of: commit, place)
            }
            report("\(disk.rawValue) was full \(refusals) times, every \(disk.step) KiB of what a run writes")
            #expect(refusals > 0)
        }
    }

    /// Who waits is told how it went: that it is done, or what was full and what to do.
    private func expectAnswer(_ answer: CommandResult, isDone: Bool, _ place: String) {
        if answer.status == 0 { return #expect(isDone, "said to be done \(place)") }
        #expect(answer.status == 1, "the answer \(place): \(answer)")
        let says = answer.errors
        #expect(says.contains("full") || says.contains("no space"), "the cause \(place): \(says)")
        #expect(says.contains("free space") || says.contains("make room"), "the next step \(place): \(says)")
    }

    @Test func `a daemon that hangs in the middle of a run is ended by the watchdog, and the run is not lost`()
        async throws
    {
        let site = VersionedSite(files: 60, bigFiles: 4, directories: 6, links: 6, units: 4)
        let files = [
            "/etc/systemd/system/aetheredged.service.d/hang.conf": "[Service]\nWatchdogSec=3\n"
        ]
        try await withManagedHost(name: "hang", site: site.tree(version: 0), files: files) { managed in
            let host = managed.host
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            let commit = try await managed.site.commit("version 1", site.tree(version: 1))
            let begins = try host.watchForNames(in: "/srv/data")
            try await managed.ctl("reconcile").checked()
            try await begins(.seconds(60))
            try await host.shell("kill -STOP \(daemon)").checked()
            try await site.expectWhole(host, versions: [0, 1], "while the daemon hangs")
            // A stopped process cannot be aborted: with the time to stop in order this would take two minutes.
            try await host.waitUntil("systemd killed the daemon and started another", within: .seconds(60)) {
                let next = try await managed.mainPID(of: "aetheredged.service")
                return next != "0" && next != daemon
            }
            try await managed.waitUntilConverged(to: commit, within: .seconds(120))
            try await site.expectHeld(host, version: 1, "after the watchdog")
            try await managed.expectOneRun(of: commit, "after the watchdog")
        }
    }
}
