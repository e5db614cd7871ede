import Testing

/// Drift of thousands of resources at once.
@Suite(.product, .timeLimit(.minutes(15)))
struct FloodLabTests {
    private static let count = Lab.campaign(ci: 2_500, full: 5_000)

    /// Passes that come in between name it too.
    @Test
    func `a program that spoils thousands of files is named, and they are repaired in bounded runs with progress`()
        async throws
    {
        let files = (0..<Self.count).map { Site.file("/srv/flood/f\($0)", "declared") }
        let site = ["a.yaml": Site.blueprint("a", [Site.directory("/srv/flood")] + files)]
        try await withManagedHost(name: "flood", site: site) { managed in
            let before = try await managed.daemonMemoryPeak()
            let flood =
                "for $n (0..\(Self.count - 1)) { open(F, '>', \"/srv/flood/f$n\") or die; print F 'spoiled'; "
                + "close(F); system('aetherctl reconcile >/dev/null') if $n % 600 == 300 } "
                + "open(F, '>', '/srv/done'); close(F); sleep 600"
            try await managed.host.put(flood, at: "/srv/flood.pl")
            let start = ContinuousClock.now
            try await managed.host.succeed("systemd-run", "--quiet", "--unit=flooder.service", "perl", "/srv/flood.pl")
            try await managed.host.waitUntil("the files are spoiled") { try await managed.host.exists("/srv/done") }
            try await managed.host.waitUntil("all is repaired", within: .seconds(120), every: .milliseconds(500)) {
                try await managed.host.shell("! grep -rqs spoiled /srv/flood").status == 0
            }
            report("\(Self.count) files spoiled at once were repaired within \(ContinuousClock.now - start)")
            try await managed.host.waitUntil("all is recorded", within: .seconds(60), every: .seconds(1)) {
                try await managed.list("resources").allSatisfy { item in
                    item["spec"]["type"].string != "file" || item["status"]["lastDrift"]["repairedTime"] != .null
                }
            }
            for item in try await managed.list("resources") where item["spec"]["type"].string == "file" {
                let actor = item["status"]["lastDrift"]["actor"]
                #expect(actor["exe"].string == "/usr/bin/perl" && actor["unit"].string == "flooder.service", "\(item)")
            }
            #expect(try await managed.host.succeed("sh", "-c", "cat /srv/flood/f* | sort -u") == "declared")
            try await expectProgress(managed)
            let after = try await managed.daemonMemoryPeak()
            report("the daemon held at most \(before) MB before the flood and \(after) MB after it")
            #expect(after - before <= 100)
        }
    }

    private func expectProgress(_ managed: ManagedHost) async throws {
        let lines = try await managed.host.journal(
            "-t", "aetheredged", "MESSAGE_ID=5d2f0b8a7c3e4f41a6d9e8b7c0f1a2d3")
        let told = lines.compactMap { entry -> (done: Int, total: Int)? in
            guard let done = entry["AETHEREDGE_COUNT"].string.flatMap({ Int($0) }),
                let total = entry["AETHEREDGE_TOTAL"].string.flatMap({ Int($0) })
            else { return nil }
            #expect(entry["AETHEREDGE_ACTOR_EXE"].string == "/usr/bin/perl")
            return (done, total)
        }
        #expect(told.contains { $0.done == 0 && $0.total > 1_000 }, "\(told)")
        #expect(told.contains { $0.done == $0.total }, "\(told)")
        #expect(told.contains { $0.done == 1_000 }, "\(told)")
        let sizes = try await managed.list("workflowruns").filter { $0["spec"]["cause"].string == "drift" }
        #expect(sizes.count >= 3)
    }
}
