import Model
import Simulation
import TestSupport
import Testing

/// What the simulation found of plans that never came to their end.
@Suite struct FoundPlanTests {
    @Test(.tags(.i7)) func `what was there before is put back after the directory that holds it`() async throws {
        let script = Script(
            seed: 1991,
            steps: [
                .outside(.write("/srv/d/x", 7)),
                .commit([Piece(.file, "/srv/d/x", text: 2, prune: true)]),
                .pass(),
                .outside(.remove("/srv/d")),
                .commit([Piece(.directory, "/srv/d", blueprint: .propose)]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i7)) func `what cannot be put back, as its directory is only observed, holds up nothing else`()
        async throws
    {
        let script = Script(
            seed: 8979, before: [.write("/srv/d/y", 3)],
            steps: [
                .commit([
                    Piece(.file, "/srv/d/e/z", text: 2, blueprint: .observe),
                    Piece(.file, "/srv/d/y", text: 5, prune: true),
                ]),
                .pass(),
                .pass([Event(8, .outside(.remove("/srv/d")))]),
                .commit([
                    Piece(.file, "/srv/a", text: 3, blueprint: .propose),
                    Piece(.directory, "/srv/d", blueprint: .observe),
                ]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i7))
    func `what cannot be put back, as a link is in the place of its directory, holds up nothing else`()
        async throws
    {
        let script = Script(
            seed: 7919, before: [.replace("/srv/t/s", 2)],
            steps: [
                .commit([Piece(.file, "/srv/t/s", text: 6)]),
                .pass(),
                .outside(.link("/srv/t", to: "/srv/elsewhere")),
                .commit([Piece(.file, "/srv/t/s", isAbsent: true, prune: true)]),
                .pass(),
                .commit([Piece(.directory, "/srv/t", blueprint: .propose), Piece(.directory, "/srv/d/e")]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i7)) func `what only is to be purged from a directory holds up nothing in it`() async throws {
        let directory = Piece(.directory, "/srv/d", purges: true, onDrift: .ignore, prune: true)
        let script = Script(
            seed: 2601,
            steps: [
                .commit([directory]),
                .pass(),
                .commit([
                    directory, Piece(.directory, "/srv/t"),
                    Piece(.symlink, "/srv/d/e/z", text: 0, blueprint: .observe),
                    Piece(.file, "/srv/d/x", text: 3, blueprint: .propose),
                ]),
                .pass([Event(27, .outside(.write("/srv/d/y", 20)))]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i7)) func `what is declared by way of a link is not purged`() async throws {
        let script = Script(
            seed: 4049,
            steps: [
                .outside(.link("/srv/d/e", to: "/srv/t")),
                .commit([
                    Piece(.directory, "/srv/t", purges: true), Piece(.file, "/srv/d/e/z", text: 9, blueprint: .propose),
                ]),
            ])
        #expect(try await World.play(script).violation == nil)
    }

    @Test(.tags(.i7)) func `a unit that left and is only observed holds up no other`() async throws {
        let script = Script(
            seed: 7835,
            steps: [
                .commit([Piece(.unit, "two.service", text: 2)]),
                .pass(),
                .commit([Piece(.unit, "two.service", blueprint: .observe, prune: true)]),
                .pass(),
                .commit([Piece(.unit, "one.service", text: 2, isActive: true, blueprint: .propose)]),
            ])
        #expect(try await World.play(script).violation == nil)
    }
}
