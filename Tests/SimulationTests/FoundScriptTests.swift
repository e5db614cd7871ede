import Model
import Simulation
import TestSupport
import Testing

/// What the simulation once found, as the small scripts that it printed.
@Suite struct FoundScriptTests {
    @Test(.tags(.i6)) func `an approval of a removal does not change what is only observed`() async throws {
        let script = Script(
            seed: 41, before: [.write("/etc/p", 2)],
            steps: [.commit([Piece(.file, "/etc/p", isAbsent: true, blueprint: .observe)])])
        #expect(try await World.play(script).violation == nil)
    }

    @Test func `a drift that is ignored keeps what depends on it, and nothing else`() async throws {
        let script = Script(
            seed: 48,
            steps: [
                .commit([Piece(.directory, "/srv/d", purges: true, onDrift: .ignore)]),
                .pass(),
                .commit([
                    Piece(.directory, "/srv/d", purges: true, onDrift: .ignore),
                    Piece(.file, "/srv/t/s", text: 0, blueprint: .propose),
                    Piece(.directory, "/srv/d/e"),
                ]),
                .outside(.replace("/srv/d", 23)),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i6)) func `a question that a power cut kept from being asked is asked at the next pass`() async throws
    {
        let script = Script(
            seed: 78,
            steps: [
                .commit([
                    Piece(.unit, "one.service", text: 2, isActive: false, blueprint: .propose),
                    Piece(.file, "/etc/p", text: 1, blueprint: .propose),
                    Piece(.directory, "/srv/d", blueprint: .propose),
                ]),
                .pass([Event(16, .cutPower)]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i3)) func `a run that could not be undone for a while is settled before the next is planned`()
        async throws
    {
        let script = Script(
            seed: 125,
            steps: [
                .commit([
                    Piece(.file, "/srv/d/y", text: 0),
                    Piece(.unit, "one.service", text: 3, isActive: true),
                    Piece(.file, "/srv/d/x", text: 3),
                ]),
                .pass([Event(40, .fail(.notPermitted, times: 21))]),
                .pass(),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i3)) func `a run that was recorded although the write failed does not stay open`() async throws {
        let script = Script(
            seed: 725,
            steps: [
                .commit([Piece(.directory, "/srv/d/e"), Piece(.file, "/srv/d/e/z", text: 1)]),
                .pass(),
                .outside(.remove("/srv/d/e/z")),
                .hint("file:/srv/d/e/z"),
                .repair([Event(2, .failAfter(.notPermitted))]),
                .pass(),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test func `files below a link of root's are made durable`() async throws {
        let script = Script(
            seed: 995,
            steps: [
                .outside(.link("/srv/d", to: "/srv/t")),
                .outside(.write("/srv/d/y", 5)),
                .commit([Piece(.file, "/srv/a", text: 2), Piece(.file, "/srv/d/y", text: 5)]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test func `rows that were written although the write failed are read again`() async throws {
        let first = [Piece(.file, "/srv/d/e", text: 1, prune: true), Piece(.directory, "/srv/d")]
        let later = [
            Piece(.file, "/etc/p", isAbsent: true), Piece(.file, "/srv/a", isAbsent: true),
            Piece(.file, "/srv/t/s", text: 1), Piece(.file, "/etc/q", text: 8),
        ]
        let events = [Event(22, .fail(.inputOutput)), Event(25, .failAfter(.notPermitted))]
        let script = Script(seed: 2520, steps: [.commit(first), .pass(), .commit(first + later), .pass(events)])
        #expect(try await World.play(script).violation == nil)
    }

    @Test func `what a bad commit left out has a row again after a power cut`() async throws {
        let script = Script(
            seed: 3337,
            steps: [
                .commit([Piece(.file, "/etc/p", isAbsent: true, blueprint: .propose)]),
                .pass(),
                .commit([Piece(.file, "/srv/d/e", text: 7, failsProbe: true)]),
                .pass(),
                .cutPower(),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i3)) func `a recovery that could not settle a run is begun again`() async throws {
        let script = Script(
            seed: 3136, before: [.write("/etc/p", 7), .write("/srv/b", 8)],
            steps: [
                .commit([
                    Piece(.file, "/srv/t/s", text: 7), Piece(.file, "/srv/b", text: 0),
                    Piece(.file, "/etc/p", text: 5), Piece(.file, "/srv/d/y"),
                    Piece(.directory, "/srv/t", owner: "www-data"),
                    Piece(.file, "/srv/d/e/z", text: 6, blueprint: .propose),
                ]),
                .pass([Event(69, .fail(.readOnly, times: 25))]),
                .cutPower([Event(10, .fail(.inputOutput, times: 8))]),
                .commit([]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i9)) func `a run whose success was recorded although the write failed is not undone`() async throws {
        let script = Script(
            seed: 1754,
            steps: [
                .commit([Piece(.file, "/srv/t/s", text: 8), Piece(.file, "/srv/d/e/z", text: 2)]),
                .pass(),
                .cutPower([Event(10, .failAfter(.inputOutput))]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i2)) func `a run whose intents were not recorded undoes nothing of units`() async throws {
        let script = Script(
            seed: 8926,
            steps: [
                .commit([
                    Piece(.unit, "two.service", text: 1, isActive: true, isEnabled: false),
                    Piece(.symlink, "/srv/a", text: 1),
                ]),
                .pass([Event(7, .fail(.notPermitted)), Event(24, .fail(.noSpace))]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i4)) func `others' bytes that an undo could not keep are kept before their name is cleared`()
        async throws
    {
        let script = Script(
            seed: 5092,
            steps: [
                .commit([
                    Piece(.directory, "/srv/d", owner: "www-data"), Piece(.file, "/srv/b"),
                    Piece(.file, "/srv/d/y", text: 9),
                ]),
                .pass(),
                .outside(.write("/srv/d/y", 8)),
                .cutPower([Event(19, .fail(.timeout))]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i10)) func `a pause outlives that its resource leaves and comes back`() async throws {
        let script = Script(
            seed: 9305,
            steps: [
                .commit([Piece(.file, "/srv/b", text: 2, isProtected: true, prune: true)]),
                .pass(),
                .pause(.resource("file:/srv/b")),
                .commit([]),
                .pass(),
                .commit([Piece(.file, "/srv/b", text: 2)]),
                .pass([Event(12, .cutPowerInside(2))]),
            ])
        #expect(try await World.play(script).violation == nil)
    }
}
