import Model
import Store
import Testing

@testable import Vishnu

@Suite struct TargetTests {
    private func generation(_ number: Int64, _ commit: String, _ state: GenerationState) -> Target.Candidate {
        Target.Candidate(number: number, commit: commit, state: state)
    }

    @Test func `without a generation there is no target`() {
        #expect(Target.select(from: [], held: nil) == nil)
    }

    @Test func `a new commit is the target and a bad one falls back to the last good one`() {
        let good = generation(1, "a", .good)
        #expect(
            Target.select(from: [generation(2, "b", .candidate), good], held: nil)
                == Target(generation: 2, cause: .change))
        #expect(
            Target.select(from: [generation(2, "b", .bad), good], held: nil) == Target(generation: 1, cause: .drift))
        #expect(Target.select(from: [generation(1, "b", .bad)], held: nil) == nil)
    }

    @Test func `a rollback holds until a newer commit comes`() {
        let held = SourceKind.HeldCommits(generation: 1, until: "b", by: "0:root")
        let generations = [generation(2, "b", .good), generation(1, "a", .good)]
        #expect(Target.select(from: generations, held: held) == Target(generation: 1, cause: .rollback))
        let newer = [generation(3, "c", .candidate)] + generations
        #expect(Target.select(from: newer, held: held) == Target(generation: 3, cause: .change))
    }

    @Test func `a difference is drift only where the declaration is the same and had converged`() {
        let same = Plans.declared("/same")
        let target: [ResourceID: DeclaredResource] = [
            same.id: same, Plans.id("/new"): Plans.declared("/new"),
            Plans.id("/changed"): Plans.declared("/changed", content: "new"),
        ]
        let inForce: [ResourceID: DeclaredResource] = [
            same.id: same, Plans.id("/changed"): Plans.declared("/changed", content: "old"),
            Plans.id("/gone"): Plans.declared("/gone"),
        ]
        let changes = [
            Plans.change("/same"), Plans.change("/new"), Plans.change("/changed"), Plans.change("/gone", .remove),
        ]
        let split = ChangeSplit.split(
            changes, target: { target[$0] }, inForce: { inForce[$0] }, hasConverged: { _ in true })
        #expect(split.drift.map(\.resource) == [Plans.id("/same")])
        #expect(split.wanted.map(\.resource) == ["/new", "/changed", "/gone"].map(Plans.id))
        let unconverged = ChangeSplit.split(
            changes, target: { target[$0] }, inForce: { inForce[$0] }, hasConverged: { _ in false })
        #expect(unconverged.drift.isEmpty)
    }

    @Test func `a drift that depends on a wanted change goes with it`() {
        let parent = Plans.declared("/a", content: "new")
        let child = Plans.declared("/a/b")
        let split = ChangeSplit.split(
            [Plans.change("/a"), Plans.change("/a/b", after: ["/a"])],
            target: { $0 == parent.id ? parent : child },
            inForce: { $0 == parent.id ? Plans.declared("/a", content: "old") : child }, hasConverged: { _ in true })
        #expect(split.drift.isEmpty)
        #expect(split.wanted.count == 2)
    }
}
