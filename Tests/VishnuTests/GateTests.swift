import Model
import TestSupport
import Testing

@testable import Vishnu

@Suite(.tags(.i6)) struct GateTests {
    private func context(
        _ declared: [DeclaredResource], cause: PlanCause = .change, managed: Int = 10, isPaused: Bool = false,
        blueprints: Set<String> = [], resources: Set<ResourceID> = [], contested: [ResourceID: String] = [:],
        isTargetEmpty: Bool = false
    ) -> Gate.Context {
        Gate.Context(
            cause: cause, declared: Dictionary(declared.map { ($0.id, $0) }) { $1 }, isPaused: isPaused,
            pausedBlueprints: blueprints, pausedResources: resources, contested: contested, managed: managed,
            removalLimitPercent: 20, isTargetEmpty: isTargetEmpty)
    }

    private func verdicts(_ changes: [Change], _ context: Gate.Context) -> [Gate.Verdict] {
        Gate.judge(Plan(cause: context.cause, commit: "c", changes: changes), in: context).map(\.1)
    }

    private func isHeld(_ verdict: Gate.Verdict?, _ reason: Reason) -> Bool {
        if case .hold(_, reason, _)? = verdict { true } else { false }
    }

    private func asks(_ verdict: Gate.Verdict?) -> Bool {
        if case .requireApproval? = verdict { true } else { false }
    }

    @Test func `an enforced change runs`() {
        #expect(verdicts([Plans.change("/a")], context([Plans.declared("/a")])) == [.allow])
    }

    @Test func `a change that nothing declares is held back`() {
        #expect(isHeld(verdicts([Plans.change("/a")], context([])).first, .notPossible))
    }

    @Test func `mode propose asks and mode observe only reports`() {
        let proposed = verdicts([Plans.change("/a")], context([Plans.declared("/a", mode: .propose)]))
        #expect(asks(proposed.first))
        let observed = verdicts([Plans.change("/a")], context([Plans.declared("/a", mode: .observe)]))
        #expect(isHeld(observed.first, .differencesReported))
    }

    @Test func `drift back to what was approved runs, a change does not`() {
        let declared = [Plans.declared("/a", mode: .propose), Plans.declared("/b", mode: .propose)]
        let changes = [Plans.change("/a"), Plans.change("/b")]
        var drift = context(declared, cause: .drift)
        drift.approved = [Plans.id("/a")]
        let repaired = verdicts(changes, drift)
        #expect(repaired[0] == .allow && asks(repaired[1]))
        var change = context(declared)
        change.approved = [Plans.id("/a")]
        #expect(verdicts(changes, change).allSatisfy { asks($0) })
    }

    @Test func `a protected resource is never changed`() {
        let verdict = verdicts([Plans.change("/a")], context([Plans.declared("/a", isProtected: true)])).first
        #expect(isHeld(verdict, .protected))
    }

    @Test(.tags(.i10)) func `a pause of everything, of a blueprint or of a resource always wins`() {
        let declared = [Plans.declared("/a")]
        #expect(isHeld(verdicts([Plans.change("/a")], context(declared, isPaused: true)).first, .paused))
        #expect(isHeld(verdicts([Plans.change("/a")], context(declared, blueprints: ["base"])).first, .paused))
        #expect(isHeld(verdicts([Plans.change("/a")], context(declared, resources: [Plans.id("/a")])).first, .paused))
        #expect(verdicts([Plans.change("/a")], context(declared, blueprints: ["other"])) == [.allow])
    }

    @Test func `onDrift holds drift back but not a change`() {
        let declared = [Plans.declared("/a", onDrift: .report)]
        #expect(isHeld(verdicts([Plans.change("/a")], context(declared, cause: .drift)).first, .differencesReported))
        #expect(verdicts([Plans.change("/a")], context(declared, cause: .change)) == [.allow])
        let ignored = verdicts([Plans.change("/a")], context([Plans.declared("/a", onDrift: .ignore)], cause: .drift))
        guard case .hold(.ignored, _, _)? = ignored.first else {
            Issue.record("an ignored drift is not ignored: \(ignored)")
            return
        }
    }

    @Test func `a contested resource is not repaired`() {
        let held = verdicts(
            [Plans.change("/a")],
            context(
                [Plans.declared("/a")], cause: .drift, contested: [Plans.id("/a"): "'/bin/sed' undoes every repair"]))
        #expect(isHeld(held.first, .contested))
    }

    @Test func `removing more than a fifth of the resources asks, a fifth does not`() {
        let declared = ["/a", "/b", "/c"].map { Plans.declared($0) }
        let two = verdicts(
            [Plans.change("/a", .remove), Plans.change("/b", .remove)], context(declared, managed: 10))
        #expect(two == [.allow, .allow])
        let three = verdicts(
            [Plans.change("/a", .remove), Plans.change("/b", .remove), Plans.change("/c", .remove)],
            context(declared, managed: 10))
        #expect(three.allSatisfy { asks($0) })
    }

    @Test(.tags(.i6)) func `no approval can be given for what is only observed, however much is removed`() {
        let observed = Plans.declared("/a", mode: .observe)
        let removal = [Plans.change("/a", .remove)]
        #expect(isHeld(verdicts(removal, context([observed], managed: 1)).first, .differencesReported))
        #expect(isHeld(verdicts(removal, context([observed], isTargetEmpty: true)).first, .differencesReported))
    }

    @Test func `a commit that declares nothing asks before anything is removed`() {
        let one = verdicts(
            [Plans.change("/a", .remove)], context([Plans.declared("/a")], managed: 100, isTargetEmpty: true))
        #expect(asks(one.first))
    }

    @Test func `what depends on a held change is held, and what depends on an asking one asks`() {
        let declared = [Plans.declared("/a", isProtected: true), Plans.declared("/a/b"), Plans.declared("/c")]
        let held = verdicts(
            [Plans.change("/a"), Plans.change("/a/b", after: ["/a"]), Plans.change("/c")], context(declared))
        #expect(isHeld(held[1], .dependencyNotReady))
        #expect(held[2] == .allow)
        let proposed = [Plans.declared("/a", mode: .propose), Plans.declared("/a/b")]
        let asking = verdicts([Plans.change("/a"), Plans.change("/a/b", after: ["/a"])], context(proposed))
        #expect(asks(asking[1]))
    }

    @Test func `what depends on a drift that stays is held`() {
        var context = context([Plans.declared("/a/b"), Plans.declared("/c")])
        context.differing = [Plans.id("/a")]
        let held = verdicts([Plans.change("/a/b", after: ["/a"]), Plans.change("/c")], context)
        #expect(isHeld(held[0], .dependencyNotReady))
        #expect(held[1] == .allow)
    }

    @Test func `findings name each change that does not simply run`() {
        let declared = [
            Plans.declared("/a", mode: .propose), Plans.declared("/b", isProtected: true), Plans.declared("/c"),
        ]
        let plan = Plan(
            cause: .change, commit: "c", changes: [Plans.change("/a"), Plans.change("/b"), Plans.change("/c")])
        let findings = Gate.findings(Gate.judge(plan, in: context(declared)))
        #expect(findings.map(\.effect) == [.requireApproval, .deny])
        #expect(findings.map(\.resource) == [Plans.id("/a"), Plans.id("/b")])
    }
}
