import TestSupport
import Testing

/// Whole or not at all (I3): the power cut at random moments of a long run.
@Suite(.product, .timeLimit(.minutes(120)))
struct PowerCutLabTests {
    private static let site = VersionedSite(files: 200, bigFiles: 10, directories: 20, links: 20, units: 12)

    @Test func `the power cut at random moments of a run leaves nothing torn, lost or doubled`() async throws {
        let site = Self.site
        let seed = UInt64(Lab.environment("SEED") ?? "") ?? 20_261_121
        let cuts = Lab.campaign(ci: 6, full: 200)
        var random = SeededGenerator(seed: seed)
        let moments = (0..<cuts).map { _ in Double.random(in: 0..<1, using: &random) }
        let start = ContinuousClock.now
        try await withManagedHost(name: "cut", disk: .cuttable, site: site.tree(version: 0)) { managed in
            // How long such a run takes here is how far the cuts are spread; a cut that came too late says that the
            // machine has become quicker since.
            var span = try await duration(of: managed, versions: 1...2)
            report("\(cuts) power cuts over \(span) of runs of \(site.changes) changes, SEED=\(seed)")
            var inside = 0
            var ends: [String: Int] = [:]
            for (number, moment) in moments.enumerated() {
                let version = number + 3
                let place = "cut \(number) of SEED=\(seed)"
                let commit = try await managed.site.commit("version \(version)", site.tree(version: version))
                let begins = try managed.host.watchForNames(in: "/srv/data")
                try await managed.ctl("reconcile").checked()
                try await begins(.seconds(60))
                try await ContinuousClock().sleep(for: span * moment)
                try await managed.host.powerCut()

                try await site.expectWhole(managed.host, versions: [version - 1, version], place)
                let isUnfinished = try await site.isUnfinished(managed.host, version: version)
                try await managed.host.boot()
                try await managed.waitUntilConverged(to: commit, within: .seconds(120))
                if try await isRecovered(managed) || isUnfinished { inside += 1 } else { span = span * 0.8 }
                try await site.expectHeld(managed.host, version: version, place)
                let phases = try await managed.expectOneRun(of: commit, place)
                ends[phases.joined(separator: ", "), default: 0] += 1
            }
            report(
                "\(inside) of \(cuts) cuts fell inside the run, in \(ContinuousClock.now - start); "
                    + "runs of each commit: \(ends)")
            #expect(inside * 2 >= cuts, "too few cuts fell inside the run: \(inside) of \(cuts)")
        }
    }

    /// How long the shortest of the runs to these versions takes, as the runs themselves say.
    private func duration(of managed: ManagedHost, versions: ClosedRange<Int>) async throws -> Duration {
        var shortest = Duration.seconds(60)
        for version in versions {
            let commit = try await managed.converge("version \(version)", Self.site.tree(version: version))
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

    /// Whether the daemon of this boot found a run that was not settled.
    private func isRecovered(_ managed: ManagedHost) async throws -> Bool {
        try await managed.host.journal("-b", "-t", "aetheredged", "MESSAGE_ID=a01d02f27d904c9191f25c0aae5bc7bd")
            .isEmpty == false
    }
}
