import Simulation
import TestSupport
import Testing

/// Histories from seeds, in which every invariant is tried at each step.
@Suite struct SimulationTests {
    @Test(
        .tags(.i1, .i2, .i3, .i4, .i5, .i6, .i7, .i8, .i9, .i10))
    func `every invariant holds in the first histories`() async throws {
        let result = try await Campaign(seeds: 1...20).run()
        let found = result.failures.map { "SEEDS=\($0.seed) make sim: \($0.violation)" }
        #expect(result.failures.isEmpty, "\(found)")
        #expect(result.seeds == 20)
    }

    @Test func `a seed is one history, to the byte`() async throws {
        let first = try await Campaign(seeds: 1...6, tasks: 1).run()
        let second = try await Campaign(seeds: 1...6, tasks: 2).run()
        #expect(first.digest == second.digest)
        #expect(first.calls == second.calls)
    }

    @Test func `two seeds are two histories`() async throws {
        var generators = [ScriptGenerator(seed: 1), ScriptGenerator(seed: 2)]
        let first = try await World.play(generators[0].script())
        let second = try await World.play(generators[1].script())
        #expect(first.digest != second.digest)
    }

    @Test(arguments: PlantedBug.allCases)
    func `a planted bug is found within a thousand histories`(_ bug: PlantedBug) async throws {
        let result = try await Campaign(seeds: 1...1_000, bug: bug).run()
        let found = try #require(result.failures.first, "\(result.seeds) histories show nothing of it")
        #expect(bug.invariants.contains(found.violation.invariant), "\(found)")
    }

    @Test func `a failing script is made smaller and still fails in the same way`() async throws {
        let found = try #require(try await Campaign(seeds: 1...1_000, bug: .planHash).run().failures.first)
        var generator = ScriptGenerator(seed: found.seed)
        let script = generator.script()
        var minimiser = Minimiser(script, invariant: found.violation.invariant, bug: .planHash, tries: 60)
        let small = try await minimiser.minimised()
        #expect(small.steps.count < script.steps.count)
        #expect(try await World.play(small, bug: .planHash).violation?.invariant == found.violation.invariant)
        #expect(try await World.play(small).violation == nil)
        #expect(small.test.contains("Script("))
    }
}

extension PlantedBug {
    /// The invariants that the bug breaks.
    fileprivate var invariants: Set<String> {
        switch self {
        case .undoAfterApply: ["I2"]
        case .eventAsTruth: ["I5", "I7"]
        case .planHash: ["I5", "I6"]
        }
    }
}
