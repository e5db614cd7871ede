import ControllerRuntime
import HostRuntime
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Writes what was learnt of resources to their rows, in one transaction, and to the memory of phases.
    func write(_ updates: [ResourceID: RowUpdate]) async throws {
        guard !updates.isEmpty else { return }
        let environment = environment
        let time = environment.host.wallTime()
        try await environment.worker.run {
            let ids = Array(updates.keys)
            let rows = Dictionary(uniqueKeysWithValues: try environment.resources.rows(ids: ids).map { ($0.id, $0) })
            let next = updates.compactMap { id, update in update.applied(to: rows[id], id: id, at: time) }
                .filter { rows[$0.id] != $0 }
            try environment.resources.upsert(next, durability: .deferred)
        }
        state.withLock { state in
            for (id, update) in updates { state.phases[id] = update.phase }
        }
    }

    /// Forgets resources that nothing declares any more.
    func forget(_ ids: [ResourceID]) async throws {
        guard !ids.isEmpty else { return }
        let environment = environment
        try await environment.worker.run { try environment.resources.remove(ids) }
        state.withLock { state in
            for id in ids { state.phases[id] = nil }
        }
    }

    /// Brings the rows up to what a survey found, before anything is run: what is in sync, what differs and what
    /// cannot be done.
    func settle(_ survey: Survey) async throws {
        let phases = state.withLock { $0.phases }
        let settled = state.withLock { $0.settledGeneration }
        let isNewTarget = settled != survey.target.number
        var updates: [ResourceID: RowUpdate] = [:]
        let drifted = Set(survey.split.drift.map(\.resource))
        let wanted = Set(survey.split.wanted.map(\.resource))
        let problems = Dictionary(survey.planned.problems.map { ($0.resource, $0) }) { first, _ in first }
        for declared in survey.target.resources {
            let id = declared.id
            let declaration = isNewTarget ? declared : nil
            if let problem = problems[id] {
                let phase: ResourcePhase = problem.reason == .dependencyNotReady ? .pending : .failed
                updates[id] = RowUpdate(
                    phase: phase, reason: problem.reason, message: problem.message, declared: declared)
            } else if let transition = survey.planned.onTheirWay[id] {
                updates[id] = RowUpdate(transition, declared: declared)
            } else if wanted.contains(id) {
                updates[id] = RowUpdate(phase: .pending, reason: .running, declared: declared)
            } else if drifted.contains(id) {
                guard phases[id] == .inSync || isNewTarget else { continue }
                updates[id] = RowUpdate(phase: .drifted, reason: .drifted, declared: declaration)
            } else if phases[id] != .inSync || isNewTarget || survey.unitsLeft.contains(id) {
                updates[id] = RowUpdate(phase: .inSync, declared: declared)
            }
        }
        try await write(updates)
        try await forget(survey.planned.forgettable.filter { !wanted.contains($0) })
        state.withLock { state in
            state.settledGeneration = survey.target.number
            state.starting = Set(survey.planned.onTheirWay.keys)
        }
        try await report(survey.planned.problems, before: phases)
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
