import ControllerRuntime
import HostRuntime
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Records how a run ended: rows, one journal line for each change, Events, and what becomes of the commit.
    func conclude(
        _ run: RunRecord, outcome: RunOutcome, target: LoadedGeneration, hints: [ResourceID: HintBuffer.Hint]
    ) async throws -> PassResult {
        if case .failed = outcome { state.withLock { $0.doubt() } }
        try await audit(run, outcome)
        switch outcome {
        case .succeeded(let concurrentWrites):
            try await recordSuccess(run, target: target, hints: hints)
            for write in concurrentWrites { try await recordConcurrentWrite(write, run: run) }
            return .succeeded
        case .rolledBack(let failure):
            try await recordFailure(run, failure, phase: .rolledBack, target: target, left: [])
            return .rolledBack
        case .failed(let failure, let left):
            try await recordFailure(run, failure, phase: .failed, target: target, left: left)
            return .failed
        case .replan(let changed):
            throw ReplanNeeded(run: run.name, changed: changed)
        case .interrupted:
            environment.logger.notice(
                "the daemon stops in the middle of a run, which is taken up at the next start",
                metadata: [LogKey.run: "\(run.name)", LogKey.commit: "\(run.plan.commit)"])
            throw CancellationError()
        }
    }

    /// Adds the end of a run to the audit chain (I9).
    private func audit(_ run: RunRecord, _ outcome: RunOutcome) async throws {
        let verb: String
        switch outcome {
        case .succeeded: verb = "run.succeeded"
        case .rolledBack: verb = "run.rolledBack"
        case .failed: verb = "run.failed"
        case .replan, .interrupted: return
        }
        let resources = run.plan.changes.prefix(1000).map { JSONValue.string($0.resource.description) }
        let record = AuditRecord(
            time: environment.host.wallTime(), actor: run.requestedBy, verb: verb, object: "WorkflowRun/\(run.name)",
            details: [
                "cause": .string(run.plan.cause.rawValue), "commit": .string(run.plan.commit),
                "planHash": .string(run.planHash), "resources": .array(Array(resources)),
            ])
        let environment = environment
        do {
            try await environment.worker.run { _ = try environment.audit.append(record, durability: .deferred) }
        } catch let error as StoreError {
            // The run has ended whatever the log says of it: the rest of its end is told, and nothing else begins
            // before the log has it.
            environment.logger.error(
                "cannot write the end of a run to the audit log; nothing else is done before it is there",
                metadata: [LogKey.run: "\(run.name)", LogKey.cause: "\(error)"])
            state.withLock { $0.unaudited.append(record) }
            environment.repairFailed()
        }
    }

    /// Writes the ends of runs that the audit log could not take before (I9); throws while it cannot.
    func auditWhatIsDue() async throws {
        let environment = environment
        while let record = state.withLock({ $0.unaudited.first }) {
            try await environment.worker.run {
                // A write that was reported as failed may be there all the same.
                let known = try environment.audit.newest(limit: 1, segments: 2) {
                    $0.verb == record.verb && $0.object == record.object
                }
                if known.isEmpty { _ = try environment.audit.append(record, durability: .deferred) }
            }
            state.withLock { _ = $0.unaudited.removeFirst() }
        }
    }

    private func recordSuccess(
        _ run: RunRecord, target: LoadedGeneration, hints: [ResourceID: HintBuffer.Hint]
    ) async throws {
        let bootTime = environment.host.bootTime()
        var removed: [ResourceID] = []
        var contested: [ResourceID: FightDetector.Fight] = [:]
        for change in run.plan.changes {
            guard target.contains(change.resource) else {
                removed.append(change.resource)
                continue
            }
            guard run.plan.cause == .drift else { continue }
            let opponent = Opponent(hints[change.resource]?.actor ?? change.actor ?? DriftActor(unknown: ""))
            contested[change.resource] = state.withLock { state in
                state.fights.noteRepair(of: change.resource, by: opponent, at: bootTime)
            }
        }
        state.withLock { state in
            state.lastFailure = nil
            for change in run.plan.changes where !state.heldDrift.isEmpty { state.heldDrift[change.resource] = nil }
        }
        // The executor wrote the rows with the results.
        remember(run.plan.changes.lazy.map(\.resource).filter(target.contains).map { ($0, .inSync) })
        try await forget(removed)
        guard run.plan.changes.count > Self.changesToldAtOnce else {
            logChanges(of: run, hints: hints)
            return try await announce(run, contested: contested, hints: hints)
        }
        // A line for each of thousands takes a while: the host is converged before the last is written.
        await environment.endings.handOver { [contested] in
            await self.tell(of: run, contested: contested, hints: hints)
        }
    }

    /// The changes of larger runs are told of beside the loop.
    private static var changesToldAtOnce: Int { 16 }

    private func tell(
        of run: RunRecord, contested: [ResourceID: FightDetector.Fight], hints: [ResourceID: HintBuffer.Hint]
    ) async {
        do {
            try await announce(run, contested: contested, hints: hints)
        } catch is CancellationError {
            // The store ends: the journal has the lines all the same.
        } catch {
            environment.logger.warning(
                "cannot record the events of a run",
                metadata: [LogKey.run: "\(run.name)", LogKey.cause: "\(error)"])
        }
        logChanges(of: run, hints: hints)
    }

    private func logChanges(of run: RunRecord, hints: [ResourceID: HintBuffer.Hint]) {
        let id: MessageID = run.plan.cause == .drift ? .driftRepaired : .resourceChanged
        for change in run.plan.changes {
            log(
                id, change, by: hints[change.resource]?.actor ?? change.actor, run: run.name, commit: run.plan.commit,
                reason: nil,
                cause: run.plan.cause(of: change))
        }
    }

    private func announce(
        _ run: RunRecord, contested: [ResourceID: FightDetector.Fight], hints: [ResourceID: HintBuffer.Hint]
    ) async throws {
        let reason: Reason = run.plan.cause == .drift ? .repaired : .changed
        for change in run.plan.changes.prefix(100) {
            var message = "\(change.action.rawValue) by \(run.plan.cause(of: change).rawValue) run"
            if run.plan.cause == .drift { message += "; " + (change.actor?.blame ?? DriftActor.blameless) }
            try await environment.events.record(
                .normal, on: change.resource.objectKey, reason: reason, message: message)
        }
        for (resource, fight) in contested.sorted(by: { $0.key < $1.key }) {
            let actor = hints[resource]?.actor
            let name = actor?.exe ?? actor?.comm ?? "somebody unknown"
            let what = fight == .oneOpponent ? "'\(name)' undoes every repair" : "it is changed again and again"
            let message = "\(what); the next repair waits, longer each time"
            environment.logger.warning(
                "repairs are contested, backing off",
                metadata: Self.metadata(
                    .driftContested, resource: resource, by: actor, run: run.name, commit: run.plan.commit,
                    reason: .contested))
            try await environment.events.record(.warning, on: resource.objectKey, reason: .contested, message: message)
        }
    }

    private func recordFailure(
        _ run: RunRecord, _ failure: RunFailure, phase: RunPhase, target: LoadedGeneration, left: [UndoFailure]
    ) async throws {
        let reason: Reason
        switch failure.reason {
        case .verification: reason = .verificationFailed
        case .contentStoreFull: reason = .contentStoreFull
        case .store: reason = .storeUnavailable
        default: reason = phase == .failed ? .rollbackFailed : .applyFailed
        }
        var updates: [ResourceID: ResourceUpdate] = [:]
        for change in run.plan.changes {
            guard target.contains(change.resource) else { continue }
            let isCause = change.resource == failure.resource
            updates[change.resource] = ResourceUpdate(
                change.resource, phase: isCause ? .failed : (run.plan.cause == .drift ? .drifted : .pending),
                reason: reason,
                message: isCause ? failure.message : "run '\(run.name)' was rolled back: \(failure.message)")
        }
        for step in left {
            updates[step.resource] = ResourceUpdate(
                step.resource, phase: .failed, reason: .rollbackFailed, message: step.message)
        }
        try await write(updates.values.sorted { $0.id < $1.id })
        if failure.reason == .verification, run.plan.cause != .drift, run.plan.cause != .rollback {
            try await markBad(target, message: failure.message)
        }
        let isKnown = state.withLock { state in
            defer { state.lastFailure = failure.message }
            return state.lastFailure == failure.message
        }
        guard !isKnown else { return }
        let id: MessageID = phase == .failed ? .runFailed : .runRolledBack
        environment.logger.error(
            phase == .failed ? "run failed and was not undone completely" : "run failed and was rolled back",
            metadata: [
                LogKey.messageID: "\(id.rawValue)", LogKey.run: "\(run.name)", LogKey.commit: "\(run.plan.commit)",
                LogKey.reason: "\(reason.rawValue)", LogKey.cause: "\(failure.message)",
                LogKey.planCause: "\(run.plan.cause.rawValue)",
                LogKey.resource: "\(failure.resource?.description ?? "")",
            ])
        let object = ObjectKey(kind: SourceKind.descriptor.kind, name: sourceName)
        try await environment.events.record(
            .warning, on: failure.resource?.objectKey ?? object, reason: reason, message: failure.message)
    }

    /// The commit failed its verification: it is not tried again, and what was in force stays.
    private func markBad(_ target: LoadedGeneration, message: String) async throws {
        let environment = environment
        let time = environment.host.wallTime()
        try await environment.worker.run {
            try environment.generations.setState(target.number, to: .bad, message: message, time: time)
        }
        state.withLock { $0.target = nil }
        try await environment.objects.modify(SourceKind.self, sourceName, part: .status) { source in
            source.status.badCommit = target.commit.commit
        }
    }

    private func recordConcurrentWrite(_ write: ConcurrentWrite, run: RunRecord) async throws {
        let message = "somebody wrote '\(write.path)' while run '\(run.name)' replaced it; their bytes are kept"
        environment.logger.warning(
            "somebody wrote a file while it was replaced, their bytes are kept",
            metadata: [
                LogKey.resource: "\(write.resource)", LogKey.run: "\(run.name)", LogKey.path: "\(write.path)",
            ])
        try await environment.events.record(.warning, on: write.resource.objectKey, reason: .drifted, message: message)
    }

    /// Writes the journal entry of one change.
    func log(
        _ id: MessageID, _ change: Change, by actor: DriftActor?, run: String?, commit: String?, reason: Reason?,
        cause: PlanCause
    ) {
        var metadata = Self.metadata(
            id, resource: change.resource, by: actor, run: run, commit: commit, reason: reason, action: change.action)
        metadata[LogKey.planCause] = "\(cause.rawValue)"
        switch id {
        case .driftRepaired: environment.logger.notice("drift repaired", metadata: metadata)
        case .driftReported: environment.logger.warning("drift reported", metadata: metadata)
        default: environment.logger.notice("resource changed", metadata: metadata)
        }
    }

    static func metadata(
        _ id: MessageID, resource: ResourceID, by actor: DriftActor?, run: String?, commit: String?, reason: Reason?,
        action: ChangeAction? = nil
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [LogKey.messageID: "\(id.rawValue)", LogKey.resource: "\(resource)"]
        if let run { metadata[LogKey.run] = "\(run)" }
        if let commit { metadata[LogKey.commit] = "\(commit)" }
        if let reason { metadata[LogKey.reason] = "\(reason.rawValue)" }
        if let action { metadata[LogKey.action] = "\(action.rawValue)" }
        return metadata.merging(Self.metadata(of: actor)) { $1 }
    }

    /// Who did it, as journal fields.
    static func metadata(of actor: DriftActor?) -> Logger.Metadata {
        guard let actor else { return [:] }
        var metadata: Logger.Metadata = [:]
        if let pid = actor.pid { metadata[LogKey.actorPID] = "\(pid)" }
        if let exe = actor.exe ?? actor.comm { metadata[LogKey.actorExecutable] = "\(exe)" }
        if let uid = actor.uid { metadata[LogKey.actorUID] = "\(uid)" }
        if let unit = actor.unit { metadata[LogKey.actorUnit] = "\(unit)" }
        if let unknown = actor.unknown { metadata[LogKey.actorUnknown] = "\(unknown)" }
        return metadata
    }
}

/// What was observed is no longer what was planned for: the pass starts over (I5).
struct ReplanNeeded: Error, CustomStringConvertible {
    let run: String
    let changed: [ResourceID]

    var description: String {
        let names = changed.map(\.description).joined(separator: ", ")
        return "run '\(run)' was planned for another state of \(names); planning again"
    }
}
