import ControllerRuntime
import HostRuntime
import Logging
import Metrics
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Reads the pauses of all blueprints, once; events tell of later ones.
    func readBlueprintPauses() async throws {
        var after: String?
        repeat {
            let page = try await environment.objects.objects(
                of: BlueprintKind.descriptor.kind, limit: 100, after: after)
            for item in page.items { note(try Object<BlueprintKind>(item)) }
            after = page.next
        } while after != nil
    }

    /// Writes to the source what is in force and whether everything is as it declares.
    func publish(_ survey: Survey, result: PassResult) async throws {
        let time = environment.host.wallTime()
        let (inForce, phases) = state.withLock { ($0.inForce, $0.phases) }
        let counts = ResourceCounts(Dictionary(phases.values.map { ($0, 1) }, uniquingKeysWith: +))
        let isClean = counts.drifted + counts.pending + counts.failed == 0
        let wasInForce = try await currentSource().status.commit
        try await environment.objects.modify(SourceKind.self, sourceName, part: .status) { source in
            source.status.commit = inForce?.commit.commit
            source.status.generation = inForce?.number
            if let held = source.status.held, survey.cause != .rollback, held.until != source.status.fetched?.commit {
                source.status.held = nil
            }
            source.status.setReady(
                isReady: isClean && result != .failed && result != .rolledBack, survey: survey, result: result,
                counts: counts, time: time)
        }
        try await publishBlueprints(survey.target, phases: phases, time: time)
        guard let commit = inForce?.commit.commit, commit != wasInForce else { return }
        environment.logger.notice(
            "commit is in force",
            metadata: [
                LogKey.messageID: "\(MessageID.converged.rawValue)", LogKey.commit: "\(commit)",
                LogKey.count: "\(counts.total)",
            ])
    }
}

extension HostReconciler {
    /// Says on each blueprint whether all that it declares is as declared.
    private func publishBlueprints(
        _ target: LoadedGeneration, phases: [ResourceID: ResourcePhase], time: WallTime
    ) async throws {
        var counts: [String: [ResourcePhase: Int]] = [:]
        for declared in target.resources {
            counts[declared.blueprint, default: [:]][phases[declared.id] ?? .pending, default: 0] += 1
        }
        let withheld = target.withheldByBlueprint
        Gauge(label: "aetheredge_resources_withheld").record(target.withheld.count)
        for name in withheld.keys where counts[name] == nil { counts[name] = [:] }
        let known = state.withLock { $0.published }
        var published = PublishedBlueprints(generation: target.number)
        for (name, phases) in counts.sorted(by: { $0.key < $1.key }) {
            published.counts[name] = phases
            if known?.generation == target.number, known?.counts[name] == phases { continue }
            do {
                try await environment.objects.modify(BlueprintKind.self, name, part: .status) { blueprint in
                    blueprint.status.setReady(
                        ResourceCounts(phases), withheld: withheld[name] ?? 0, at: time,
                        generation: blueprint.metadata.generation)
                }
            } catch let error as StoreError where error.code == .notFound {
                // Deleted since it was compiled: the next generation leaves it out.
            }
        }
        state.withLock { [published] in $0.published = published }
    }
}

/// What was said last on the blueprints of a generation: saying it again would read each of them whole.
struct PublishedBlueprints: Sendable {
    let generation: Int64
    var counts: [String: [ResourcePhase: Int]] = [:]
}

extension BlueprintKind.Status {
    /// Sets the conditions from the phases of the blueprint's resources.
    fileprivate mutating func setReady(
        _ counts: ResourceCounts, withheld: Int, at time: WallTime, generation: Int64?
    ) {
        let (reason, state): (Reason, String)
        if counts.failed > 0 {
            (reason, state) = (.notPossible, "\(counts.failed) of \(counts.total) resources failed")
        } else if counts.drifted > 0 {
            (reason, state) = (.drifted, "\(counts.drifted) of \(counts.total) resources differ and are not repaired")
        } else if counts.pending > 0 {
            (reason, state) = (.running, "\(counts.pending) of \(counts.total) resources wait")
        } else {
            (reason, state) = (.converged, "\(counts.total) resources are as declared")
        }
        let message = withheld > 0 ? "\(state); \(withheld) left alone by 'when'" : state
        resources = counts.total
        self.withheld = withheld == 0 ? nil : withheld
        observedGeneration = generation
        var next = conditions ?? []
        next.set(
            ready: counts.inSync + counts.ignored == counts.total, reconciling: counts.pending > 0,
            stalled: counts.failed > 0, reason: reason, message: message, at: time, observedGeneration: generation)
        conditions = next
    }
}

extension SourceKind.Status {
    /// Sets `Ready` and `Reconciling`; `Stalled` belongs to the compiler.
    fileprivate mutating func setReady(
        isReady: Bool, survey: HostReconciler<some HostMutating>.Survey, result: PassResult, counts: ResourceCounts,
        time: WallTime
    ) {
        let isStalled = conditions?[.stalled]?.status == .true
        let (reason, message) = Self.reason(result, cause: survey.cause, counts: counts, bad: badCommit)
        var next = conditions ?? []
        if !isStalled {
            next.set(
                Condition(
                    type: .ready, status: isReady ? .true : .false, reason: reason, message: message,
                    lastTransitionTime: time, observedGeneration: observedGeneration))
        }
        let isWaiting = result == .waitingForApproval || counts.pending > 0
        next.set(
            Condition(
                type: .reconciling, status: isWaiting ? .true : .false, reason: reason, message: message,
                lastTransitionTime: time, observedGeneration: observedGeneration))
        conditions = next
    }

    private static func reason(
        _ result: PassResult, cause: PlanCause, counts: ResourceCounts, bad: String?
    ) -> (Reason, String) {
        switch result {
        case .waitingForApproval: return (.waitingForApproval, "a plan waits; run 'aetherctl runs'")
        case .denied: return (.denied, "a person denied the plan")
        case .rolledBack where bad != nil: return (.verificationFailed, "commit \(bad ?? "") failed its verification")
        case .rolledBack: return (.applyFailed, "the run was rolled back and is tried again; run 'aetherctl runs'")
        case .failed: return (.rollbackFailed, "a run failed and was not undone completely; run 'aetherctl runs'")
        case .paused: return (.paused, "reconciliation is paused; run 'aetherctl resume'")
        case .nothingToDo, .succeeded, .differencesLeft, .planChanged: break
        }
        if counts.failed > 0 { return (.notPossible, "\(counts.failed) resources failed; run 'aetherctl status'") }
        if counts.drifted > 0 { return (.drifted, "\(counts.drifted) resources differ and are not repaired") }
        if counts.pending > 0 { return (.running, "\(counts.pending) resources wait") }
        if cause == .rollback { return (.held, "a rollback holds newer commits; run 'aetherctl resume'") }
        return (.converged, "\(counts.total) resources are as declared")
    }
}

extension Pause {
    /// Whether the pause has not ended.
    func isInForce(at time: WallTime) -> Bool { until.map { time < $0 } ?? true }
}
