import Glibc
import LinuxIO
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import HostRuntime

/// Set once, by whoever ends something.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
}

/// Other processes swap the names that the executor works on, all the time, for what would lead it elsewhere.
///
/// An attempt is one swap that the attacker made of a name in a managed directory (a declared name, one of the daemon's
/// temporaries, or what lies beside them), or one mount over a directory below a declared one, while runs followed each
/// other without a pause. `AETHEREDGE_CAMPAIGN=full` makes 100,000; more are made where runs are slow, until enough
/// runs met them.
@Suite(.serialized, .timeLimit(.minutes(60))) struct RaceTests {
    private static let isRoot = geteuid() == 0
    private static let swaps = Campaign.isFull ? 100_000 : 4_000
    private static var seed: UInt64 { getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? 1 }

    @Test(.enabled(if: isRoot, "the daemon that is attacked is root's"))
    func `an attacker who swaps the names that runs work on reaches nothing outside them`() async throws {
        try await withTemporaryDirectory("race") { root in
            let victims = try Victims(in: root)
            let fixture = try RaceFixture(root: root, seed: Self.seed)
            let attackers = try Attackers(in: root)
            let isOver = Flag()
            let attack = try ThreadWorker(name: "attackers", count: 2)
            let (swaps, mounts) = try await withThrowingTaskGroup(of: Void.self) { group in
                defer { isOver.set() }
                group.addTask {
                    defer {
                        isOver.set()
                        fixture.stopAttackers()
                    }
                    var round = 0
                    while !isOver.isSet {
                        try fixture.declare(round)
                        try await fixture.reconcile(canCrash: true)
                        round += 1
                        guard round % 20 == 0 else { continue }
                        try expectUntouched(victims, fixture)
                        if round % 40 == 0 { fixture.layOut() }
                    }
                }
                async let swaps = attack.run {
                    var made = 0
                    while (made < Self.swaps || !fixture.tally.isEnough) && !isOver.isSet {
                        made += try attackers.swap(
                            root, count: max(1_000, Self.swaps - made), seed: Self.seed &+ UInt64(made),
                            parents: RaceFixture.parents, names: RaceFixture.names)
                    }
                    return made
                }
                async let mounts = attack.run {
                    try attackers.mount(root, seed: Self.seed, places: RaceFixture.mountPlaces)
                }
                let swapped = try await swaps
                fixture.stopAttackers()
                let mounted = try await mounts
                isOver.set()
                try await group.waitForAll()
                return (swapped, mounted)
            }
            try expectUntouched(victims, fixture)
            #expect(try MountInformation.current().allSatisfy { !$0.mountPoint.hasPrefix(root + "/") })
            let tally = fixture.tally
            report(
                "race: \(swaps) swaps and \(mounts) mounts against \(tally.runs) runs, \(tally.applied) steps that "
                    + "took effect and \(tally.undone) taken back (\(tally.succeeded) runs succeeded, "
                    + "\(tally.crashes) were stopped and recovered)")
            #expect(swaps >= Self.swaps && tally.isEnough)
            // Left alone, the host comes to what is declared.
            fixture.layOut()
            var isDone = false
            for _ in 0..<5 where !isDone { isDone = try await fixture.reconcile(canCrash: false) }
            #expect(isDone)
            try expectUntouched(victims, fixture)
        }
    }

    @Test(.enabled(if: isRoot, "the daemon that is attacked is root's"))
    func `a hard link to somebody else's file is replaced and never read`() async throws {
        try await withTemporaryDirectory("race") { root in
            let victims = try Victims(in: root)
            let fixture = try RaceFixture(root: root, seed: 1)
            for place in ["conf", "gone", "link", "old/x", "purged/x", "tree/x"] {
                unlink(root + "/srv/u/" + place)
                #expect(link(root + "/victims/shadow", root + "/srv/u/" + place) == 0, "\(place)")
            }
            try fixture.declare(0)
            var isDone = false
            for _ in 0..<3 where !isDone { isDone = try await fixture.reconcile(canCrash: false) }
            #expect(isDone)
            try expectUntouched(victims, fixture)
            // What is below a recursive directory is left alone.
            #expect(try Set(fixture.namesOfVictim("shadow")) == ["victims/shadow", "srv/u/tree/x"])
        }
    }

    private func report(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func expectUntouched(_ victims: Victims, _ fixture: RaceFixture) throws {
        let differences = victims.differences()
        #expect(differences == [], "SEED=\(Self.seed)")
        try #require(differences.isEmpty)
        for (path, state) in victims.states {
            guard let bytes = state.bytes else { continue }
            #expect(try !fixture.content.contains(ContentDigest(hashing: bytes)), "'\(path)' was read into the store")
        }
    }
}
