import TestSupport
import Testing

/// Whole or not at all (I3): a file system that turns read-only in the middle of a run.
@Suite(.product, .timeLimit(.minutes(60)))
struct ReadOnlyLabTests {
    private static let seed = UInt64(Lab.environment("SEED") ?? "") ?? 20_261_122

    private static func moments(_ count: Int) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Double.random(in: 0..<1, using: &random) }
    }

    @Test
    func `managed files that turn read-only stay whole, that is told, and the run is made once they can be written`()
        async throws
    {
        let site = VersionedSite(files: 100, bigFiles: 12, directories: 6, links: 6, units: 2)
        let files = ExhaustionLabTests.Disk.managed.files
        try await withManagedHost(name: "readonly", site: site.tree(version: 0), files: files) { managed in
            let host = managed.host
            var span = try await managed.shortestRun(to: site, versions: 1...2)
            let count = Lab.campaign(ci: 4, full: 100)
            var (inside, turns) = (0, 0)
            // More where too many came after the run: how long a run takes depends on what else the machine does.
            for (number, moment) in Self.moments(count * 4).enumerated() where number < count || inside * 3 < count {
                turns += 1
                let version = number + 3
                let place = "number \(number) of SEED=\(Self.seed)"
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                let begins = try host.watchForNames(in: "/srv/data")
                try await managed.ctl("reconcile").checked()
                try await begins(.seconds(60))
                try await ContinuousClock().sleep(for: span * moment)
                // Refused at the instants at which a file is open to be written.
                let script = "until mount -o remount,ro /srv/data 2>/dev/null; do :; done"
                try await host.shell(script, timeout: .seconds(60)).checked()
                let since = try await host.succeed("date", "+%s.%N")
                try await site.expectWhole(host, versions: [version - 1, version], place)

                let answer = try await host.shell("timeout 60 aetherctl reconcile --wait")
                if answer.status == 0 {
                    #expect(try await managed.status()["commit"].string == commit, "said to be done \(place)")
                    span = span * 0.5
                } else {
                    inside += 1
                    try await expectSaid(answer, in: managed, place)
                }
                try await site.expectWhole(host, versions: [version - 1, version], place)
                try await host.succeed("mount", "-o", "remount,rw", "/srv/data")
                // What was written may be as declared already: then it is the pass that removes what had to be left.
                try await managed.ctl("reconcile", "--wait").checked()
                try await managed.waitUntilConverged(to: commit, within: .seconds(180))
                try await site.expectHeld(host, version: version, place)
                // A run that nothing lets be undone fails; the next begins with what it left.
                try await managed.expectOneRun(of: commit, also: ["Failed"], place)
                try await expectNoFlood(since: since, in: host, place)
            }
            report("\(inside) of \(turns) turns to read-only fell inside the run")
            #expect(inside * 3 >= count, "too few fell inside the run: \(inside) of \(turns)")
        }
    }

    @Test func `a disk that fails under the whole host loses nothing, and that is told until it is started again`()
        async throws
    {
        let site = VersionedSite(files: 100, bigFiles: 6, directories: 10, links: 10, units: 4)
        try await withManagedHost(name: "failing", disk: .cuttable, site: site.tree(version: 0)) { managed in
            let host = managed.host
            var span = try await managed.shortestRun(to: site, versions: 1...2)
            var inside = 0
            let moments = Self.moments(Lab.campaign(ci: 3, full: 60))
            for (number, moment) in moments.enumerated() {
                let version = number + 3
                let place = "number \(number) of SEED=\(Self.seed)"
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                // The commit is the test's own; what it is about is what the daemon writes.
                try await host.succeed("sync")
                let begins = try host.watchForNames(in: "/srv/data")
                try await managed.ctl("reconcile").checked()
                try await begins(.seconds(60))
                try await ContinuousClock().sleep(for: span * moment)
                try await host.failDisk()
                try await site.expectWhole(host, versions: [version - 1, version], place)
                let answer = try await host.shell("timeout 60 aetherctl reconcile --wait")
                #expect(answer.status == 1, "\(answer) \(place)")
                #expect(answer.errors.lowercased().contains("read-only"), "\(answer) \(place)")

                try await host.killHost()
                try await site.expectWhole(host, versions: [version - 1, version], place)
                let isUnfinished = try await site.isUnfinished(host, version: version)
                if isUnfinished { inside += 1 } else { span = span * 0.8 }
                try await host.boot()
                try await managed.waitUntilConverged(to: commit, within: .seconds(120))
                try await site.expectHeld(host, version: version, place)
                try await managed.expectOneRun(of: commit, also: ["Failed"], place)
            }
            report("\(inside) of \(moments.count) failures of the disk fell inside the run")
            // Of the few of a small campaign all may fall beside it.
            #expect(inside * 5 >= moments.count || moments.count < 10, "\(inside) of \(moments.count)")
        }
    }

    /// The answer, the status and the journal say what is read-only, and the first what to do.
    private func expectSaid(_ answer: CommandResult, in managed: ManagedHost, _ place: String) async throws {
        #expect(answer.status == 1, "\(answer) \(place)")
        #expect(answer.errors.contains("read-only"), "\(answer) \(place)")
        #expect(answer.errors.contains("remount"), "\(answer) \(place)")
        // It is tried again and again, and what runs has no errors yet.
        try await managed.host.waitUntil("the status says what is read-only \(place)") {
            "\(try await managed.status()["errors"])".contains("read-only")
        }
    }

    /// A fault that lasts is told again and again, but not on and on.
    private func expectNoFlood(since: String, in host: LabHost, _ place: String) async throws {
        let lines = try await host.journal("-t", "aetheredged", "-p", "warning", "--since", "@\(since)")
        #expect(lines.count < 50, "\(lines.count) lines: \(lines.prefix(5)) \(place)")
    }
}
