import TestSupport
import Testing

/// Whole or not at all (I3): the power cut, and the daemon killed, at random moments of a long run.
@Suite(.product, .timeLimit(.minutes(120)))
struct InterruptionLabTests {
    /// What ends a run before its end.
    enum Interruption: String, CaseIterable, Sendable {
        case powerCut = "power cuts"
        case kill = "kills"

        /// A run that takes long enough to be hit, and no longer than a thousand of them allow.
        var site: VersionedSite {
            switch self {
            case .powerCut: VersionedSite(files: 200, bigFiles: 10, directories: 20, links: 20, units: 12)
            case .kill: VersionedSite(files: 60, bigFiles: 4, directories: 6, links: 6, units: 4)
            }
        }
    }

    /// Nobody starts a killed daemon again before what it left was looked at.
    private static let withoutRestart = [
        "/etc/systemd/system/aetheredged.service.d/kill.conf":
            "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=no\n"
    ]

    @Test(arguments: Interruption.allCases)
    func `an interruption at random moments of a run leaves nothing torn, lost or doubled`(
        _ interruption: Interruption
    ) async throws {
        let site = interruption.site
        let seed = UInt64(Lab.environment("SEED") ?? "") ?? 20_261_121
        let count =
            interruption == .powerCut ? Lab.campaign(ci: 6, full: 300) : Lab.campaign(ci: 8, full: 902)
        var random = SeededGenerator(seed: seed)
        let moments = (0..<count).map { _ in Double.random(in: 0..<1, using: &random) }
        let start = ContinuousClock.now
        let (name, disk): (String, LabHost.Disk) = interruption == .powerCut ? ("cut", .cuttable) : ("kill", .overlay)
        let files = interruption == .kill ? Self.withoutRestart : [:]
        try await withManagedHost(name: name, disk: disk, site: site.tree(version: 0), files: files) { managed in
            // How long such a run takes here is how far the moments are spread; one that came too late says that the
            // machine has become quicker since.
            var span = try await duration(of: managed, site, versions: 1...2)
            report("\(count) \(interruption.rawValue) over \(span) of runs of \(site.changes) changes, SEED=\(seed)")
            var inside = 0
            var ends: [String: Int] = [:]
            for (number, moment) in moments.enumerated() {
                let version = number + 3
                let place = "number \(number) of the \(interruption.rawValue) of SEED=\(seed)"
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                let begins = try managed.host.watchForNames(in: "/srv/data")
                try await managed.ctl("reconcile").checked()
                try await begins(.seconds(60))
                try await ContinuousClock().sleep(for: span * moment)
                let known = try await recoveries(of: managed)
                try await interrupt(managed.host, by: interruption)

                try await site.expectWhole(managed.host, versions: [version - 1, version], place)
                let isUnfinished = try await site.isUnfinished(managed.host, version: version)
                try await goOn(managed.host, after: interruption)
                try await managed.waitUntilConverged(to: commit, within: .seconds(120))
                let isRecovered = try await recoveries(of: managed) > (interruption == .powerCut ? 0 : known)
                if isRecovered || isUnfinished { inside += 1 } else { span = span * 0.8 }
                try await site.expectHeld(managed.host, version: version, place)
                let phases = try await managed.expectOneRun(of: commit, place)
                ends[phases.joined(separator: ", "), default: 0] += 1
            }
            report(
                "\(inside) of \(count) \(interruption.rawValue) fell inside the run, in "
                    + "\(ContinuousClock.now - start); runs of each commit: \(ends)")
            #expect(inside * 2 >= count, "too few fell inside the run: \(inside) of \(count)")
        }
    }

    private func interrupt(_ host: LabHost, by interruption: Interruption) async throws {
        switch interruption {
        case .powerCut:
            try await host.powerCut()
        case .kill:
            try await host.succeed("systemctl", "kill", "--signal=KILL", "aetheredged.service")
            try await host.waitUntil("the daemon is dead") {
                try await host.execute(["systemctl", "is-active", "aetheredged.service"]).line == "failed"
            }
        }
    }

    private func goOn(_ host: LabHost, after interruption: Interruption) async throws {
        switch interruption {
        case .powerCut: try await host.boot()
        case .kill: try await host.succeed("systemctl", "start", "aetheredged.service", timeout: .seconds(60))
        }
    }

    /// How long the shortest of the runs to these versions takes, as the runs themselves say.
    private func duration(
        of managed: ManagedHost, _ site: VersionedSite, versions: ClosedRange<Int>
    ) async throws -> Duration {
        var shortest = Duration.seconds(60)
        for version in versions {
            let commit = try await managed.converge("version \(version)", site.tree(version: version))
            let runs = try await managed.list("workflowruns").filter { $0["spec"]["commit"].string == commit }
            let status = try #require(runs.first)["status"]
            let start = try #require(status["startTime"].string.flatMap(Self.secondOfDay))
            let end = try #require(status["completionTime"].string.flatMap(Self.secondOfDay))
            shortest = min(shortest, .seconds(end < start ? end + 86_400 - start : end - start))
        }
        return shortest
    }

    /// The seconds since midnight of `2026-01-31T23:59:59.123456Z`.
    private static func secondOfDay(_ text: String) -> Double? {
        let parts = text.dropLast().split(separator: "T").last?.split(separator: ":").map { Double($0) }
        guard let parts, parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2] else {
            return nil
        }
        return hour * 3600 + minute * 60 + second
    }

    /// How often daemons of this boot found a run that was not settled.
    private func recoveries(of managed: ManagedHost) async throws -> Int {
        try await managed.host.journal("-b", "-t", "aetheredged", "MESSAGE_ID=a01d02f27d904c9191f25c0aae5bc7bd").count
    }
}
