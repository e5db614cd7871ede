package import HostRuntime
package import Model
import TestSupport

/// Random hosts and random declarations over a few paths and units, so that they meet in every way.
package struct RandomSite {
    /// The paths that hosts and declarations are about.
    package static let paths = [
        "/srv/a", "/srv/a/b", "/srv/a/b/c", "/srv/a/x", "/srv/d", "/srv/d/y", "/srv/f", "/srv/g",
    ]
    /// The units that are installed on every host.
    package static let units = ["u1.service", "u2.service", "u3.service"]
    /// Every text that is written or declared.
    package static let texts = ["", "one\n", "two\n", "three\nlines\nhere\n", unitText, otherUnitText]

    static let unitText = "[Service]\nExecStart=/bin/one\n[Install]\nWantedBy=multi-user.target\n"
    static let otherUnitText =
        "[Service]\nExecStart=/bin/two\nExecReload=/bin/r\n[Install]\nWantedBy=multi-user.target\n"

    private var random: SeededGenerator

    /// Begins from a seed.
    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Puts anything anywhere, as others than the daemon would.
    package mutating func disturb(_ host: SimulatedHost, percent: Int = 60) {
        for path in Self.paths where random.chance(percent) {
            host.removeAll(path)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: host.place(directory: path)
            case 1: host.place(symlink: path, to: "/srv/target")
            case 2: host.place(special: path, SpecialNode(mode: 0o010600, device: 0))
            case 3, 4: host.write(path, text())
            default: continue
            }
            if random.chance(40) { host.change(path, FileMetadata(owner: number(), group: number(), mode: mode())) }
        }
        for unit in Self.units where random.chance(percent) {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: host.start(unit: unit)
            case 1: host.stop(unit: unit)
            case 2: host.fail(unit: unit)
            case 3: host.disable(unit: unit)
            default: host.write("/etc/systemd/system/\(unit)", Self.otherUnitText)
            }
        }
    }

    /// A host with everything in some state.
    package mutating func host(seed: UInt64) -> SimulatedHost {
        let host = SimulatedHost(seed: seed)
        host.place(directory: "/srv/target")
        for unit in Self.units { host.install(unit: unit, Self.unitText, isRunning: random.chance(50)) }
        disturb(host)
        host.settle()
        return host
    }

    /// Declarations that make a graph; conflicts are drawn again.
    package mutating func declarations() -> [DeclaredResource] {
        while true {
            var declared: [DeclaredResource] = []
            for path in Self.paths where random.chance(60) { declared.append(resource(path)) }
            let files = declared.filter { $0.id.type == .file }.map(\.id)
            for unit in Self.units where random.chance(60) { declared.append(unitResource(unit, files)) }
            if let graph = try? ResourceGraph(declared) { return graph.resources }
        }
    }

    private mutating func resource(_ path: String) -> DeclaredResource {
        let isAbsent = random.chance(20)
        let owner = random.chance(30) ? "www-data" : nil
        let prune = random.chance(50)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return .directory(
                path, owner: isAbsent ? nil : owner, mode: random.chance(50) ? mode() : nil,
                isRecursive: !isAbsent && random.chance(30), purge: random.chance(30), isAbsent: isAbsent, prune: prune)
        case 1: return .symlink(path, to: isAbsent ? nil : "/srv/other", prune: prune)
        default:
            return .file(
                path, isAbsent || random.chance(10) ? nil : text(), owner: isAbsent ? nil : owner,
                mode: isAbsent || random.chance(50) ? nil : mode(), isAbsent: isAbsent, prune: prune)
        }
    }

    private mutating func unitResource(_ name: String, _ files: [ResourceID]) -> DeclaredResource {
        .unit(
            name, active: flag(), enabled: flag(), masked: random.chance(20) ? false : nil,
            content: random.chance(30) ? Self.otherUnitText : nil,
            dropIns: random.chance(30) ? ["10-x.conf": "one\n"] : [:],
            restartOn: random.chance(50) ? Array(files.prefix(1)) : [],
            reloadOn: random.chance(50) ? Array(files.suffix(1)) : [], prune: random.chance(50))
    }

    private mutating func flag() -> Bool? { random.chance(30) ? nil : random.chance(50) }
    private mutating func text() -> String { Self.texts.dropLast(2).randomElement(using: &random) ?? "" }
    private mutating func mode() -> UInt16 { [0o600, 0o644, 0o755, 0o4755].randomElement(using: &random) ?? 0o644 }
    private mutating func number() -> UInt32 { [0, 1, 33].randomElement(using: &random) ?? 0 }
}
