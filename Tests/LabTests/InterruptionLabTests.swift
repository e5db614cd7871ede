import TestSupport
import Testing

/// Whole or not at all (I3): the power cut, and the daemon killed, by a signal or for want of memory, at random moments
/// of a long run.
@Suite(.product, .timeLimit(.minutes(120)))
struct InterruptionLabTests {
    /// What ends a run before its end.
    enum Interruption: String, CaseIterable, Sendable {
        case powerCut = "power cuts"
        case kill = "kills"
        case outOfMemory = "kills for want of memory"

        /// A run that takes long enough to be hit, and no longer than a thousand of them allow.
        var site: VersionedSite {
            switch self {
            case .powerCut: VersionedSite(files: 200, bigFiles: 10, directories: 20, links: 20, units: 12)
            case .kill, .outOfMemory: VersionedSite(files: 60, bigFiles: 4, directories: 6, links: 6, units: 4)
            }
        }

        var count: Int {
            switch self {
            case .powerCut: Lab.campaign(ci: 6, full: 300)
            case .kill: Lab.campaign(ci: 8, full: 902)
            case .outOfMemory: Lab.campaign(ci: 6, full: 200)
            }
        }

        var disk: LabHost.Disk { self == .powerCut ? .cuttable : .overlay }

        static var possible: [Interruption] { allCases.filter { $0 != .outOfMemory || MemoryGroup.isPossible } }
    }

    /// Nobody starts a killed daemon again before what it left was looked at.
    private static let withoutRestart = [
        "/etc/systemd/system/aetheredged.service.d/kill.conf":
            "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=no\n"
    ]

    @Test(arguments: Interruption.possible)
    func `an interruption at random moments of a run leaves nothing torn, lost or doubled`(
        _ interruption: Interruption
    ) async throws {
        let site = interruption.site
        let seed = UInt64(Lab.environment("SEED") ?? "") ?? 20_261_121
        let count = interruption.count
        var random = SeededGenerator(seed: seed)
        let moments = (0..<count).map { _ in Double.random(in: 0..<1, using: &random) }
        let start = ContinuousClock.now
        let files = interruption == .powerCut ? [:] : Self.withoutRestart
        try await withManagedHost(
            name: "\(interruption)", disk: interruption.disk, site: site.tree(version: 0), files: files
        ) { managed in
            // How long such a run takes here is how far the moments are spread; one that came too late says that the
            // machine has become quicker since.
            var span = try await managed.shortestRun(to: site, versions: 1...2)
            report("\(count) \(interruption.rawValue) over \(span) of runs of \(site.changes) changes, SEED=\(seed)")
            var inside = 0
            var ends: [String: Int] = [:]
            for (number, moment) in moments.enumerated() {
                let version = number + 3
                let place = "number \(number) of the \(interruption.rawValue) of SEED=\(seed)"
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                let known = try await lastRecovery(of: managed)
                let begins = try managed.host.watchForNames(in: "/srv/data")
                try await managed.ctl("reconcile").checked()
                try await begins(.seconds(60))
                try await ContinuousClock().sleep(for: span * moment)
                try await interrupt(managed, by: interruption, at: moment)

                try await site.expectWhole(managed.host, versions: [version - 1, version], place)
                let isUnfinished = try await site.isUnfinished(managed.host, version: version)
                try await goOn(managed.host, after: interruption)
                try await managed.waitUntilConverged(to: commit, within: .seconds(120))
                let recovery = try await lastRecovery(of: managed)
                let isRecovered = recovery != nil && recovery != known
                if isRecovered || isUnfinished { inside += 1 } else { span = span * 0.8 }
                try await site.expectHeld(managed.host, version: version, place)
                let phases = try await managed.expectOneRun(of: commit, place)
                ends[phases.joined(separator: ", "), default: 0] += 1
                if (number + 1).isMultiple(of: 25) {
                    report("\(number + 1) of \(count) \(interruption.rawValue), \(inside) inside")
                }
            }
            report(
                "\(inside) of \(count) \(interruption.rawValue) fell inside the run, in "
                    + "\(ContinuousClock.now - start); runs of each commit: \(ends)")
            // When a daemon wants memory is not for the test to say, and of few all may be beside the run.
            let share = interruption == .outOfMemory ? 5 : 2
            let isEnough = inside * share >= count || interruption == .outOfMemory && count < 10
            #expect(isEnough, "too few fell inside the run: \(inside) of \(count)")
        }
    }

    private func interrupt(_ managed: ManagedHost, by interruption: Interruption, at moment: Double) async throws {
        let host = managed.host
        switch interruption {
        case .powerCut:
            try await host.powerCut()
        case .kill:
            try await host.succeed("systemctl", "kill", "--signal=KILL", "aetheredged.service")
            try await host.waitUntil("the daemon is dead") { try await isDead(host) }
        case .outOfMemory:
            let group = try MemoryGroup("\(host.name)-memory")
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            // What it has is not counted, only what it takes from now on.
            try await group.take(daemon, of: host, limit: Int(moment * 64) << 10)
            try await host.waitUntil("the daemon was killed for want of memory", within: .seconds(60)) {
                if try await isDead(host) { return true }
                // One that is done with its run needs memory to look at what happens; asking it could start another.
                try await host.shell("touch /srv/data/poke; rm /srv/data/poke")
                return false
            }
            let kills = try group.kills()
            await group.remove()
            #expect(kills > 0)
        }
    }

    private func isDead(_ host: LabHost) async throws -> Bool {
        try await host.execute(["systemctl", "is-active", "aetheredged.service"]).line == "failed"
    }

    private func goOn(_ host: LabHost, after interruption: Interruption) async throws {
        switch interruption {
        case .powerCut: try await host.boot()
        case .kill, .outOfMemory:
            try await host.succeed("systemctl", "start", "aetheredged.service", timeout: .seconds(60))
        }
    }

    /// Where in the journal a daemon of this boot last said that it found a run that was not settled: asked from the
    /// end, which takes no longer when the journal has grown.
    private func lastRecovery(of managed: ManagedHost) async throws -> String? {
        let entries = try await managed.host.journal(
            "-b", "-n", "1", "-t", "aetheredged", "MESSAGE_ID=a01d02f27d904c9191f25c0aae5bc7bd")
        return entries.last?["__CURSOR"].string
    }
}
