import ControllerRuntime
import HostRuntime
import LinuxIO
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Takes changes through the gate and runs what it lets through; what needs a person waits, what is held says why.
    func carryOut(
        _ changes: [Change], of survey: Survey, cause: PlanCause, source: Object<SourceKind>,
        hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> PassResult {
        let plan = Plan(changes, for: cause, commit: survey.target.commit.commit)
        var context = try await gateContext(for: plan, target: survey.target, source: source)
        let all = survey.planned.plan.changes
        if all.count > changes.count {
            context.differing = Set(all.map(\.resource)).subtracting(changes.map(\.resource))
        }
        let judged = Gate.judge(plan, in: context)
        try await hold(judged, cause: cause, hints: hints)

        var result = PassResult.differencesLeft
        let allowed = judged.filter { $0.1 == .allow }.map(\.0)
        if !allowed.isEmpty {
            if cause == .drift, let flood = DriftFlood(allowed, hints: hints) {
                result = try await repairFlood(flood, judged: judged, of: survey.target, hints: hints)
            } else {
                let part = Plan(allowed, for: cause, commit: plan.commit)
                result = try await run(part, of: survey.target, findings: Gate.findings(judged), hints: hints)
            }
            guard result == .succeeded else { return result }
        }
        let asking = judged.filter { if case .requireApproval = $0.1 { true } else { false } }
        if !asking.isEmpty {
            let part = Plan(asking.map(\.0), for: cause, commit: plan.commit)
            return try await ask(part, judged: asking, of: survey.target, hints: hints)
        }
        let isHeld = judged.contains { if case .hold = $0.1 { true } else { false } }
        if isHeld { return context.isPaused ? .paused : .differencesLeft }
        return result
    }

    /// Repairs a flood of drift in one run after the other, and tells how far it is.
    ///
    /// A run that fails undoes its own resources only, and does not keep the next from theirs.
    private func repairFlood(
        _ flood: DriftFlood, judged: [(Change, Gate.Verdict)], of target: LoadedGeneration,
        hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> PassResult {
        var (done, result) = (0, PassResult.succeeded)
        log(flood, done: done, commit: target.commit.commit)
        for changes in flood.parts {
            let resources = Set(changes.map(\.resource))
            let part = Plan(changes, for: .drift, commit: target.commit.commit)
            let ended = try await run(
                part, of: target, findings: done == 0 ? Gate.findings(judged) : [],
                hints: hints.filter { resources.contains($0.key) })
            if ended != .succeeded { result = ended }
            done += changes.count
            log(flood, done: done, commit: target.commit.commit)
        }
        return result
    }

    private func log(_ flood: DriftFlood, done: Int, commit: String) {
        var metadata = Self.metadata(of: flood.culprit)
        metadata[LogKey.messageID] = "\(MessageID.driftFlood.rawValue)"
        metadata[LogKey.commit] = "\(commit)"
        metadata[LogKey.count] = "\(done)"
        metadata[LogKey.total] = "\(flood.count)"
        environment.logger.notice("a flood of drift is repaired in several runs", metadata: metadata)
    }

    func gateContext(
        for plan: Plan, target: LoadedGeneration, source: Object<SourceKind>
    ) async throws -> Gate.Context {
        let now = environment.host.wallTime()
        let environment = environment
        let leaving = plan.changes.map(\.resource).filter { !target.contains($0) }
        let rows = try await environment.worker.run { try environment.resources.rows(ids: leaving) }
        var declared = Dictionary(rows.map { ($0.id, $0.declared) }) { $1 }
        for change in plan.changes { if let own = target[change.resource] { declared[change.resource] = own } }
        let bootTime = environment.host.bootTime()
        let approved = try await approved(plan, in: target)
        return state.withLock { state in
            Gate.Context(
                cause: plan.cause, declared: declared, isPaused: source.status.paused?.isInForce(at: now) ?? false,
                pausedBlueprints: state.blueprintPauses.inForce(at: now),
                pausedResources: Set(state.pausedResources.filter { $0.value.isInForce(at: now) }.keys),
                contested: state.fights.contested(at: bootTime), approved: approved, managed: state.phases.count,
                removalLimitPercent: source.spec.removalLimitPercent ?? environment.settings.removalLimitPercent,
                isTargetEmpty: target.resources.isEmpty)
        }
    }

    /// Writes why held changes do not run, with one journal line for a drift that is newly reported.
    private func hold(
        _ judged: [(Change, Gate.Verdict)], cause: PlanCause, hints: [ResourceID: HintBuffer.Hint]
    ) async throws {
        let phases = state.withLock { $0.phases }
        var updates: [ResourceUpdate] = []
        var held: [ResourceID: HintBuffer.Hint] = [:]
        for (change, verdict) in judged {
            guard case .hold(let phase, let reason, let message) = verdict else { continue }
            var update = ResourceUpdate(change.resource, phase: phase, reason: reason, message: message)
            if cause == .drift, let hint = hints[change.resource] {
                update.drift = DriftRecord(time: hint.time, actor: hint.actor)
                held[change.resource] = hint
            }
            updates.append(update)
            if phase == .drifted, phases[change.resource] == .inSync || hints[change.resource] != nil {
                log(
                    .driftReported, change, by: hints[change.resource]?.actor, run: nil, commit: nil, reason: reason,
                    cause: cause)
                try await environment.events.record(
                    .warning, on: change.resource.objectKey, reason: reason, message: message)
            }
        }
        keep(held)
        try await write(updates)
    }

    /// Runs a plan that needs nobody, and records how it ended.
    func run(
        _ plan: Plan, of target: LoadedGeneration, findings: [GateFinding], hints: [ResourceID: HintBuffer.Hint],
        approved: RunRecord? = nil
    ) async throws -> PassResult {
        let environment = environment
        let hints = self.hints(hints, orHeldOf: plan)
        // What only the intents rest on is written while the temporaries are.
        var writes = takeRows().map { [$0] } ?? []
        let record: RunRecord
        let standing: RunStanding
        if let approved {
            (record, standing) = (approved.naming(hints), .begun)
        } else {
            let begun = try await begin(plan, findings: findings, hints: hints)
            record = begun.run
            standing = begun.write == nil ? .named : .created
            writes += begun.write.map { [$0] } ?? []
        }
        let control = RunControl()
        state.withLock { state in
            state.activeRun = control
            if state.isShuttingDown { control.interrupt() }
            state.passes.note(activity: "running \(record.name)", run: record.name)
        }
        defer { state.withLock { $0.activeRun = nil } }
        let touched = Dictionary(plan.changes.compactMap { target[$0.resource] }.map { ($0.id, $0) }) { first, _ in
            first
        }
        let execution = await environment.executor.carryOut(
            record, knownAs: standing, after: writes, declared: touched, noticed: hints.mapValues(\.time),
            control: control
        ) { progress in
            self.state.withLock { state in
                state.passes.note(
                    activity: "running \(record.name)", run: record.name, stepsDone: progress.stepsDone,
                    stepsTotal: progress.stepsTotal)
            }
        }
        switch execution {
        case .ended(.failed), .ended(.rolledBack):
            // That it could not be recorded says nothing of what it was to do.
            try await wait(for: writes)
        case .ended, .recorded: break
        }
        switch execution {
        case .ended(let outcome):
            return try await conclude(record, outcome: outcome, target: target, hints: hints)
        case .recorded(let ending) where !state.withLock(\.isEndHandedOver):
            metrics.note(plan, hints: hints, at: environment.host.wallTime())
            let outcome = await environment.executor.end(ending)
            return try await conclude(record, outcome: outcome, target: target, hints: hints)
        case .recorded(let ending):
            metrics.note(plan, hints: hints, at: environment.host.wallTime())
            await environment.endings.handOver(plan.changes.map(\.resource), ending) { outcome in
                await self.conclude(record, handedOver: outcome, target: target, hints: hints)
            }
            return .succeeded
        }
    }

    /// Names a run: a large one is recorded while it is prepared, for which the caller waits, a small one with its
    /// intents.
    private func begin(
        _ plan: Plan, findings: [GateFinding], hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> (run: RunRecord, write: PendingCall<StoreError>?) {
        let environment = environment
        let time = environment.host.wallTime()
        var shown = plan
        shown.gate = findings
        let draft = RunRecord(
            name: "", sequence: 0, plan: shown, planHash: plan.hash, requestedBy: state.withLock { $0.requester },
            phase: .running, createdTime: time, startTime: time
        ).naming(hints)
        return try await environment.worker.run {
            guard plan.changes.count > Self.changesRecordedWithIntents else {
                return (try environment.journal.name(draft), nil)
            }
            return try environment.journal.begin(draft, durability: .deferred)
        }
    }

    /// Runs of more changes are recorded while they are prepared.
    private static var changesRecordedWithIntents: Int { 16 }

    /// Records how a repair ended beside the loop; one that had to be undone is tried again.
    private func conclude(
        _ run: RunRecord, handedOver outcome: RunOutcome, target: LoadedGeneration,
        hints: [ResourceID: HintBuffer.Hint]
    ) async {
        do {
            let result = try await conclude(run, outcome: outcome, target: target, hints: hints)
            if result == .succeeded { return }
        } catch is CancellationError {
            return
        } catch {
            environment.logger.error(
                "cannot record the end of a repair, looking at it again",
                metadata: [LogKey.run: "\(run.name)", LogKey.cause: "\(error)"])
            state.withLock { $0.doubt() }
        }
        note(hints)
        environment.repairFailed()
    }
}

extension RunRecord {
    /// The run with who was seen at the drift that it repairs.
    func naming(_ hints: [ResourceID: HintBuffer.Hint]) -> RunRecord {
        if hints.isEmpty { return self }
        var named = self
        for index in plan.changes.indices {
            if let hint = hints[plan.changes[index].resource] { named.plan.changes[index].actor = hint.actor }
        }
        return named
    }
}

extension ResourceID {
    /// The key of the `Resource` object.
    var objectKey: ObjectKey { ObjectKey(kind: ResourceKind.descriptor.kind, name: name) }
}
