@_spi(HostTesting) import HostRuntime
import HostTestSupport
import LinuxIO
import Model
import TestSupport
import Testing

@Suite struct SimulatedHostTests {
    private static let temporary = ".aetheredge-1-0"

    private func prepare(_ host: SimulatedHost, _ text: String, _ path: String) throws(HostError) {
        let bytes = Array(text.utf8)
        try host.prepareFile(
            Self.temporary, beside: path, metadata: FileMetadata(mode: 0o600), size: Int64(bytes.count),
            content: { write throws(HostError) in try write(bytes) }, permit: .forTests())
    }

    /// Replaces a file as the executor does; what is synced is up to the caller.
    private func replace(_ host: SimulatedHost, syncsContent: Bool, syncsName: Bool) throws(HostError) {
        try prepare(host, "new content", "/srv/f")
        if syncsContent { try host.sync(files: ["/srv/" + Self.temporary], directories: [], permit: .forTests()) }
        _ = try host.exchange(Self.temporary, with: "/srv/f", permit: .forTests())
        if syncsName { try host.sync(files: [], directories: ["/srv"], permit: .forTests()) }
    }

    private func outcomes(syncsContent: Bool, syncsName: Bool) throws -> Set<String> {
        var outcomes: Set<String> = []
        for seed in UInt64(0)..<100 {
            let host = SimulatedHost(seed: seed)
            host.write("/srv/f", "old")
            host.settle()
            try replace(host, syncsContent: syncsContent, syncsName: syncsName)
            host.powerCut()
            outcomes.insert(String(decoding: try #require(host.bytes(of: "/srv/f")), as: UTF8.self))
        }
        return outcomes
    }

    @Test(.tags(.i3)) func `a power cut tears what was not synced, and nothing else`() throws {
        let careless = try outcomes(syncsContent: false, syncsName: false)
        #expect(careless.isSuperset(of: ["old", "new content", ""]) && careless.count > 4)
        #expect(try outcomes(syncsContent: true, syncsName: false) == ["old", "new content"])
        #expect(try outcomes(syncsContent: true, syncsName: true) == ["new content"])
    }

    @Test func `a new file that was never synced may be gone`() throws {
        var isThere: Set<Bool> = []
        for seed in UInt64(0)..<50 {
            let host = SimulatedHost(seed: seed)
            host.write("/srv/new", "x")
            host.powerCut()
            isThere.insert(try host.status(of: "/srv/new") != nil)
        }
        #expect(isThere == [true, false])
    }

    @Test func `one seed is one history`() throws {
        for seed in UInt64(0)..<20 {
            var histories: [[String: String]] = []
            for _ in 0..<2 {
                var site = RandomSite(seed: seed)
                let host = site.host(seed: seed)
                site.disturb(host)
                host.powerCut()
                histories.append(host.snapshot())
            }
            #expect(histories[0] == histories[1], "seed \(seed)")
        }
    }

    @Test func `every crash point stops the machine, and it stays stopped`() throws {
        let whole = SimulatedHost(seed: 1)
        whole.write("/srv/f", "old")
        whole.settle()
        whole.stop(atPoint: nil)
        try replace(whole, syncsContent: true, syncsName: true)
        let points = whole.pointsPassed
        #expect(points > 6)
        for point in 1...points {
            let host = SimulatedHost(seed: 1)
            host.write("/srv/f", "old")
            host.settle()
            host.stop(atPoint: point)
            let error = #expect(throws: HostError.self) {
                try replace(host, syncsContent: true, syncsName: true)
            }
            #expect(error?.code == .stopped && host.isStopped)
            #expect(throws: HostError.self) { try host.status(of: "/srv/f") }
            host.restart()
            let text = host.bytes(of: "/srv/f").map { String(decoding: $0, as: UTF8.self) }
            #expect(text == "old" || text == "new content", "point \(point)")
            #expect(try host.status(of: "/srv/f") != nil)
        }
    }

    @Test func `faults have the code and the path, and pass`() throws {
        let host = SimulatedHost(seed: 1)
        host.inject(SimulatedFault(path: "/srv", code: .readOnly, skip: 1, count: 1))
        try prepare(host, "x", "/srv/f")
        let error = #expect(throws: HostError.self) {
            try host.install(Self.temporary, as: "/srv/f", permit: .forTests())
        }
        #expect(error?.code == .readOnly && error?.message.contains("'/srv/f'") == true)
        try host.install(Self.temporary, as: "/srv/f", permit: .forTests())
        host.setImmutable("/srv/f", true)
        #expect(throws: HostError.self) {
            try host.setMetadata("/srv/f", FileMetadata(mode: 0o600), permit: .forTests())
        }
        host.setFreeSpace(3)
        let full = #expect(throws: HostError.self) { try prepare(host, "four", "/srv/g") }
        #expect(full?.code == .noSpace)
        try prepare(host, "3 b", "/srv/g")
    }

    @Test func `units start, fail, hang, and come back after a boot as they are enabled`() throws {
        let host = SimulatedHost(seed: 1)
        let install = "\n[Install]\nWantedBy=multi-user.target\n"
        host.install(unit: "good.service", "[Service]\nExecStart=/bin/x" + install)
        host.install(unit: "bad.service", "[Service]\nExecStart=/bin/false" + install)
        host.install(unit: "slow.service", "[Service]\nExecStart=/bin/hang" + install)
        func perform(_ action: UnitAction, _ name: String) throws(HostError) {
            try host.perform(action, on: name, timeoutSeconds: 5, permit: .forTests())
        }
        try perform(.enable, "good.service")
        try perform(.start, "good.service")
        #expect(throws: HostError.self) { try perform(.start, "bad.service") }
        let before = host.bootTime()
        let error = #expect(throws: HostError.self) { try perform(.start, "slow.service") }
        #expect(error?.code == .timeout && host.bootTime() - before >= 5_000_000_000)
        let states = try host.units(["good.service", "bad.service", "slow.service", "none.service"])
        #expect(states.map(\.activeState) == ["active", "failed", "activating", "inactive"])
        #expect(states.map(\.unitFileState) == ["enabled", "disabled", "disabled", ""])
        #expect(states[3].loadState == "not-found")
        host.settle()
        host.powerCut()
        let after = try host.units(["good.service", "bad.service", "slow.service"])
        #expect(after.map(\.activeState) == ["active", "inactive", "inactive"])
        #expect(after[0].mainPID != states[0].mainPID)
    }

    @Test func `a link is followed by bytes, as the kernel follows it`() {
        let host = SimulatedHost(seed: 1)
        host.place(directory: "/srv/\u{301}d")
        host.write("/srv/\u{301}d/file", "x")
        host.place(symlink: "/srv/whole", to: "/srv/\u{301}d")
        host.place(symlink: "/srv/near", to: "./\u{301}d")
        for link in ["whole", "near"] { #expect(host.bytes(of: "/srv/\(link)/file") == Array("x".utf8)) }
    }
}
