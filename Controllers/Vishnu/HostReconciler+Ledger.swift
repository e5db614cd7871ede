import ControllerRuntime
import HostRuntime
import LinuxIO
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Writes what was learnt of resources to their rows, in one transaction, and to the memory of phases.
    func write(_ updates: [ResourceUpdate]) async throws {
        guard !updates.isEmpty else { return }
        let environment = environment
        let time = environment.host.wallTime()
        try await environment.worker.run {
            try environment.resources.write(updates, at: time, durability: .deferred)
        }
        remember(updates.map { ($0.id, $0.phase) })
    }

    /// Gives rows their turn to be written, before all that is written later, and notes their phases.
    private func writeLater(_ updates: [ResourceUpdate]) {
        guard !updates.isEmpty else { return }
        let time = environment.host.wallTime()
        let pending = environment.resources.writeLater(updates, at: time, durability: .deferred)
        state.withLock { $0.rows = pending }
        remember(updates.map { ($0.id, $0.phase) })
    }

    /// Waits until the rows of the last survey are written.
    func rowsWritten() async throws {
        if let rows = takeRows() { try await wait(for: [rows]) }
    }

    /// The writing of the last survey's rows, for which the caller waits; nil when somebody waited.
    func takeRows() -> PendingCall<StoreError>? {
        state.withLock { state in
            defer { state.rows = nil }
            return state.rows
        }
    }

    /// Waits until writes have ended, and throws what the first that failed threw.
    func wait(for writes: [PendingCall<StoreError>]) async throws {
        try await environment.worker.run {
            for write in writes { try write.wait() }
        }
    }

    /// Notes phases that the rows have.
    func remember(_ phases: some Sequence<(ResourceID, ResourcePhase)>) {
        state.withLock { state in
            for (id, phase) in phases { state.phases[id] = phase }
        }
    }

    /// Forgets resources that nothing declares any more.
    ///
    /// One that is paused is kept in mind until its pause ends: should it come back, the operator wins still (I10).
    func forget(_ ids: [ResourceID]) async throws {
        guard !ids.isEmpty else { return }
        let environment = environment
        let now = environment.host.wallTime()
        let paused = state.withLock { state in
            ids.filter { state.pausedResources[$0]?.isInForce(at: now) ?? false }
        }
        let untold = paused.filter { id in state.withLock { $0.phases[id] != .ignored } }
        try await write(
            untold.map { id in
                ResourceUpdate(
                    id, phase: .ignored, reason: .paused,
                    message:
                        "nothing declares it any more; it is forgotten when 'aetherctl resume \(id)' ends its pause")
            })
        let gone = paused.isEmpty ? ids : ids.filter { !paused.contains($0) }
        guard !gone.isEmpty else { return }
        try await environment.worker.run { try environment.resources.remove(gone) }
        state.withLock { state in
            for id in gone {
                state.phases[id] = nil
                state.pausedResources[id] = nil
            }
        }
    }

    /// Brings the rows up to what a survey found, before anything is run: what is in sync, what differs and what
    /// cannot be done.
    ///
    /// The rows of thousands take a while: what goes before a run is done meanwhile, see `rowsWritten`.
    func settle(_ survey: Survey) async throws {
        let (phases, settled) = state.withLock { ($0.phases, $0.settled) }
        let isNewTarget = settled?.number != survey.target.number
        var updates: [ResourceUpdate] = []
        updates.reserveCapacity(isNewTarget ? survey.target.resources.count : 0)
        let drifted = Set(survey.split.drift.map(\.resource))
        let wanted = Set(survey.split.wanted.map(\.resource))
        let problems = Dictionary(survey.planned.problems.map { ($0.resource, $0) }) { first, _ in first }
        for declared in survey.target.resources {
            let id = declared.id
            // Written where the row may have another: the declaration of thousands that stayed is not.
            let declaration = isNewTarget && (phases[id] == nil || settled?[id] != declared) ? declared : nil
            if let problem = problems[id] {
                let phase: ResourcePhase = problem.reason == .dependencyNotReady ? .pending : .failed
                updates.append(
                    ResourceUpdate(
                        id, phase: phase, reason: problem.reason, message: problem.message, declared: declaration))
            } else if let transition = survey.planned.onTheirWay[id] {
                updates.append(ResourceUpdate(id, transition, declared: declaration))
            } else if wanted.contains(id) {
                updates.append(ResourceUpdate(id, phase: .pending, reason: .running, declared: declaration))
            } else if drifted.contains(id) {
                guard phases[id] == .inSync || isNewTarget else { continue }
                updates.append(ResourceUpdate(id, phase: .drifted, reason: .drifted, declared: declaration))
            } else if phases[id] != .inSync || declaration != nil || survey.unitsLeft.contains(id) {
                updates.append(ResourceUpdate(id, phase: .inSync, declared: declaration))
            }
        }
        writeLater(try await forgettingFilesLeft(updates, in: survey.target))
        try await forget(survey.planned.forgettable.filter { !wanted.contains($0) })
        state.withLock { state in
            state.settled = survey.target
            state.starting = Set(survey.planned.onTheirWay.keys)
        }
        try await report(survey.planned.problems, before: phases)
    }

    /// The updates, with the memory of what was there before files that units no longer declare ended.
    private func forgettingFilesLeft(
        _ updates: [ResourceUpdate], in target: LoadedGeneration
    ) async throws -> [ResourceUpdate] {
        let units = updates.filter { $0.id.type == .unit && $0.phase == .inSync }.map(\.id)
        guard !units.isEmpty else { return updates }
        let environment = environment
        let rows = try await environment.worker.run { try environment.resources.rows(ids: units) }
        let known = Dictionary(rows.map { ($0.id, $0.beforeAdoption) }) { first, _ in first }
        return updates.map { update in
            guard let before = known[update.id], case .unit(let unit)? = target[update.id]?.attributes else {
                return update
            }
            let kept = UnitBefore.merged(before, adding: [], of: update.id, unit)
            guard kept != before else { return update }
            var next = update
            next.beforeAdoption = .replacing(kept)
            return next
        }
    }

    /// Says of each resource that newly failed what is wrong: one journal line and one Event.
    private func report(_ problems: [ResourceProblem], before phases: [ResourceID: ResourcePhase]) async throws {
        for problem in problems where problem.reason != .dependencyNotReady && phases[problem.resource] != .failed {
            environment.logger.error(
                "resource cannot be brought to its declared state",
                metadata: [
                    LogKey.messageID: "\(MessageID.resourceFailed.rawValue)", LogKey.resource: "\(problem.resource)",
                    LogKey.reason: "\(problem.reason.rawValue)", LogKey.cause: "\(problem.message)",
                ])
            try await environment.events.record(
                .warning, on: problem.resource.objectKey, reason: problem.reason, message: problem.message)
        }
    }
}
