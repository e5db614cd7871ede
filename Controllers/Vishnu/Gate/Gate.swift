import Model

/// Decides, for each change of a plan, whether it runs now, waits for a person, or does not run.
///
/// Pure; fails closed (I6): what no rule allows is held back.
struct Gate: Sendable {
    /// What the gate must know besides the plan.
    struct Context: Sendable {
        /// The cause of the plan.
        var cause: PlanCause
        /// Declarations by resource: those in the target, and the last one of resources that are removed.
        var declared: [ResourceID: DeclaredResource]
        /// Whether everything is paused.
        var isPaused: Bool
        /// Blueprints that are paused.
        var pausedBlueprints: Set<String>
        /// Resources that are paused.
        var pausedResources: Set<ResourceID>
        /// Resources whose repair waits because somebody undoes it, with who.
        var contested: [ResourceID: String]
        /// Resources whose declaration in the target a person approved, so that drift back to it is repaired.
        var approved: Set<ResourceID> = []
        /// Resources outside the plan that differ still, so that what depends on them cannot be done yet.
        var differing: Set<ResourceID> = []
        /// How many resources are managed now.
        var managed: Int
        /// The share of managed resources that may be removed without approval, in percent.
        var removalLimitPercent: Int
        /// Whether the target declares nothing at all.
        var isTargetEmpty: Bool
    }

    /// What becomes of one change.
    enum Verdict: Sendable, Hashable {
        /// It runs.
        case allow
        /// It runs once a person approved the plan.
        case requireApproval(String)
        /// It does not run; the resource says why.
        case hold(ResourcePhase, Reason, String)
    }

    /// The verdicts of a plan, in the plan's order, after held changes have held what depends on them.
    static func judge(_ plan: Plan, in context: Context) -> [(Change, Verdict)] {
        let removal = removalApproval(plan, in: context)
        var verdicts: [ResourceID: Verdict] = [:]
        var judged: [(Change, Verdict)] = []
        for change in plan.changes {
            let own = verdict(on: change, removal: removal, in: context)
            let verdict = joined(own, with: change.dependencies, verdicts, in: context)
            verdicts[change.resource] = verdict
            judged.append((change, verdict))
        }
        return judged
    }

    /// The findings that `plan` shows and `why` keeps.
    static func findings(_ judged: [(Change, Verdict)]) -> [GateFinding] {
        judged.compactMap { change, verdict in
            switch verdict {
            case .allow: nil
            case .requireApproval(let message):
                GateFinding(effect: .requireApproval, resource: change.resource, message: message)
            case .hold(_, let reason, let message):
                GateFinding(
                    effect: .deny, resource: change.resource, message: "\(reason.rawValue): \(message)")
            }
        }
    }

    private static func verdict(on change: Change, removal: String?, in context: Context) -> Verdict {
        guard let declared = context.declared[change.resource] else {
            return .hold(
                .failed, .notPossible, "no declaration of '\(change.resource)' is known, so nothing allows the change")
        }
        if let hold = pause(on: declared, in: context) { return hold }
        if declared.isProtected {
            return .hold(
                .drifted, .protected, "'\(change.resource)' has protect: true; remove it to let a run change it")
        }
        if let hold = response(to: change, of: declared, in: context) { return hold }
        if declared.mode == .observe {
            return .hold(.drifted, .differencesReported, "blueprint '\(declared.blueprint)' has mode: observe")
        }
        // After the mode: an approval lets a removal through, but never a change of what is only observed.
        if change.action == .remove, let removal { return .requireApproval(removal) }
        let isCovered = context.cause == .drift && context.approved.contains(change.resource)
        if declared.mode == .enforce || isCovered { return .allow }
        return .requireApproval("blueprint '\(declared.blueprint)' has mode: propose")
    }

    private static func pause(on declared: DeclaredResource, in context: Context) -> Verdict? {
        let phase: ResourcePhase = context.cause == .drift ? .drifted : .pending
        if context.isPaused { return .hold(phase, .paused, "everything is paused; run 'aetherctl resume'") }
        if context.pausedBlueprints.contains(declared.blueprint) {
            return .hold(
                phase, .paused,
                "blueprint '\(declared.blueprint)' is paused; run 'aetherctl resume \(declared.blueprint)'")
        }
        if context.pausedResources.contains(declared.id) {
            return .hold(phase, .paused, "it is paused; run 'aetherctl resume \(declared.id)'")
        }
        return nil
    }

    private static func response(to change: Change, of declared: DeclaredResource, in context: Context) -> Verdict? {
        guard context.cause == .drift else { return nil }
        if let reason = context.contested[change.resource] {
            return .hold(.drifted, .contested, "\(reason); the next repair waits, longer each time, until that ends")
        }
        switch declared.onDrift {
        case .repair: return nil
        case .report: return .hold(.drifted, .differencesReported, "onDrift: report")
        case .ignore: return .hold(.ignored, .differencesReported, "onDrift: ignore")
        }
    }

    /// Why removals of the plan need a person: an empty target, or more than the stated share (DESIGN 13).
    private static func removalApproval(_ plan: Plan, in context: Context) -> String? {
        let removals = plan.changes.count { $0.action == .remove && context.cause != .drift }
        guard removals > 0 else { return nil }
        if context.isTargetEmpty { return "the commit declares nothing and would remove all \(removals) resources" }
        guard context.managed > 0, removals * 100 > context.managed * context.removalLimitPercent else { return nil }
        return "it removes \(removals) of \(context.managed) resources, more than \(context.removalLimitPercent) %"
    }

    /// A change goes no further than what it depends on.
    private static func joined(
        _ own: Verdict, with dependencies: [ResourceID], _ verdicts: [ResourceID: Verdict], in context: Context
    ) -> Verdict {
        var result = own
        for dependency in dependencies {
            if context.differing.contains(dependency), verdicts[dependency] == nil {
                guard case .hold = result else {
                    return .hold(.pending, .dependencyNotReady, "it waits for '\(dependency)', which differs still")
                }
            }
            guard let other = verdicts[dependency] else { continue }
            switch (result, other) {
            case (.hold, _), (_, .allow): continue
            case (_, .hold):
                return .hold(.pending, .dependencyNotReady, "it waits for '\(dependency)', which is held back")
            case (.allow, .requireApproval):
                result = .requireApproval("it comes after '\(dependency)', which needs an approval")
            case (.requireApproval, .requireApproval): continue
            }
        }
        return result
    }
}
