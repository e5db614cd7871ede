import ControllerRuntime
import HostRuntime
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Asks a person about a plan, or acts on their answer.
    ///
    /// A question binds a run and the plan's hash: when the plan changes, the old run is superseded and a new one
    /// asks again (I5). What drifted and what a commit wants are questions of their own.
    func ask(
        _ plan: Plan, judged: [(Change, Gate.Verdict)], of target: LoadedGeneration,
        hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> PassResult {
        let environment = environment
        let hash = plan.hash
        let waiting = try await environment.worker.run {
            try environment.journal.unsettled(in: .waitingForApproval)
        }
        for run in waiting where run.spec.planHash != hash && (run.spec.cause == .drift) == (plan.cause == .drift) {
            try await settle(run.name, as: .superseded, "the plan changed to \(hash)")
        }
        if let asked = waiting.first(where: { $0.spec.planHash == hash }) {
            state.withLock { $0.passes.note(activity: "waiting for approval", run: asked.name) }
            let run = try await environment.worker.run { try environment.journal.run(named: asked.name) }
            return try await act(on: run, of: target, hints: hints)
        }
        if try await wasDenied(hash) {
            try await hold(
                plan, hints, reason: .denied,
                message: "a person denied this plan; it is not asked again until it changes")
            return .denied
        }
        let run = try await open(plan, hash: hash, findings: Gate.findings(judged), hints: hints)
        state.withLock { $0.passes.note(activity: "waiting for approval", run: run.name) }
        try await hold(
            plan, hints, reason: .waitingForApproval,
            message: "run 'aetherctl approve \(run.name)' or 'aetherctl deny \(run.name)'")
        return .waitingForApproval
    }

    /// Ends waiting runs whose question no longer arises: of drift, or of everything else.
    func supersedeWaiting(ofDrift: Bool) async throws {
        let environment = environment
        let waiting = try await environment.worker.run {
            try environment.journal.unsettled(in: .waitingForApproval)
        }
        for run in waiting where (run.spec.cause == .drift) == ofDrift {
            try await settle(run.name, as: .superseded, "there is nothing left to approve")
        }
    }

    private func open(
        _ plan: Plan, hash: String, findings: [GateFinding], hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> RunRecord {
        let environment = environment
        let requester = state.withLock { $0.requester }
        var shown = plan
        shown.gate = findings
        let draft = RunRecord(
            name: "", sequence: 0, plan: shown, planHash: hash, requestedBy: requester, phase: .waitingForApproval,
            message: findings.first?.message, createdTime: environment.host.wallTime()
        ).naming(self.hints(hints, orHeldOf: plan))
        let run = try await environment.worker.run { try environment.journal.create(draft, durability: .synced) }
        try await pose(run)
        return run
    }

    /// Asks the question that a run waits for.
    private func pose(_ run: RunRecord) async throws {
        let environment = environment
        let plan = run.plan
        let reason = plan.gate.first { $0.effect == .requireApproval }?.message ?? "the gate asks for it"
        var status = ApprovalKind.Status()
        status.setConditions(.waitingForApproval, message: reason, at: run.createdTime, generation: 1)
        let approval = Object<ApprovalKind>(
            metadata: ObjectMeta(name: run.name),
            spec: ApprovalKind.Spec(run: run.name, planHash: run.planHash, reason: reason), status: status)
        try await environment.objects.make(approval, durability: .synced)
        environment.logger.notice(
            "plan waits for approval",
            metadata: [
                LogKey.messageID: "\(MessageID.approvalNeeded.rawValue)", LogKey.run: "\(run.name)",
                LogKey.commit: "\(plan.commit)", LogKey.count: "\(plan.changes.count)", LogKey.reason: "\(reason)",
                LogKey.planCause: "\(plan.cause.rawValue)",
            ])
    }

    /// The question of a waiting run; it is asked now where a crash came between the run and its question.
    private func question(of run: RunRecord) async throws -> Object<ApprovalKind> {
        do {
            return try await environment.objects.read(ApprovalKind.self, run.name)
        } catch let error as StoreError where error.code == .notFound {
            try await pose(run)
            return try await environment.objects.read(ApprovalKind.self, run.name)
        }
    }

    /// Acts on the answer to a waiting run whose plan still stands.
    private func act(
        on run: RunRecord, of target: LoadedGeneration, hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> PassResult {
        let approval = try await question(of: run)
        switch approval.status.decision {
        case .approved where approval.spec.planHash == run.planHash:
            let environment = environment
            let time = environment.host.wallTime()
            try await noteApproval(of: run, towards: target)
            try await environment.worker.run {
                try environment.journal.transition(run: run.name, to: .running, time: time, durability: .synced)
            }
            var approved = run
            approved.phase = .running
            return try await self.run(run.plan, of: target, findings: run.plan.gate, hints: hints, approved: approved)
        case .denied:
            try await settle(run.name, as: .denied, "denied by \(approval.status.by ?? "somebody")")
            try await hold(run.plan, hints, reason: .denied, message: "denied by \(approval.status.by ?? "somebody")")
            return .denied
        case .approved, nil:
            try await hold(
                run.plan, hints, reason: .waitingForApproval,
                message: "run 'aetherctl approve \(run.name)' or 'aetherctl deny \(run.name)'")
            return .waitingForApproval
        }
    }

    private func wasDenied(_ hash: String) async throws -> Bool {
        let environment = environment
        return try await environment.worker.run {
            try environment.journal.summaries(limit: 50)
                .contains { $0.spec.planHash == hash && $0.phase == .denied }
        }
    }

    private func settle(_ run: String, as phase: RunPhase, _ message: String) async throws {
        let environment = environment
        let time = environment.host.wallTime()
        if phase == .superseded { try await closeApproval(of: run, message, at: time) }
        try await environment.worker.run {
            try environment.journal.transition(
                run: run, to: phase, message: message, time: time, durability: .synced)
        }
    }

    /// Says on a question that it no longer arises.
    private func closeApproval(of run: String, _ message: String, at time: WallTime) async throws {
        do {
            try await environment.objects.modify(ApprovalKind.self, run, part: .status) { approval in
                approval.status.setConditions(
                    .superseded, message: message, at: time, generation: approval.metadata.generation)
            }
        } catch let error as StoreError where error.code == .notFound {
            // A crash came between the run and its question.
        }
    }

    /// Writes to every resource of a plan why it waits, and who was seen at its drift.
    private func hold(
        _ plan: Plan, _ hints: [ResourceID: HintBuffer.Hint], reason: Reason, message: String
    ) async throws {
        var updates: [ResourceUpdate] = []
        for change in plan.changes where state.withLock({ $0.phases[change.resource] }) != nil {
            var update = ResourceUpdate(
                change.resource, phase: plan.cause == .drift ? .drifted : .pending, reason: reason, message: message)
            if plan.cause == .drift, let hint = hints[change.resource] {
                update.drift = DriftRecord(time: hint.time, actor: hint.actor)
                keep([change.resource: hint])
            }
            updates.append(update)
        }
        try await write(updates)
    }
}

extension ApprovalKind.Status {
    /// Sets the conditions: ready once somebody answered, reconciling while it waits, stalled when nobody will be
    /// listened to any more.
    mutating func setConditions(_ reason: Reason, message: String, at time: WallTime, generation: Int64?) {
        var next = conditions ?? []
        next.set(
            ready: reason == .approved || reason == .denied, reconciling: reason == .waitingForApproval,
            stalled: reason == .superseded, reason: reason, message: message, at: time,
            observedGeneration: generation)
        conditions = next
    }
}
