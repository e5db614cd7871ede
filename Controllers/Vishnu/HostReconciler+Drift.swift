import ControllerRuntime
import HostRuntime
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Observes what hints named, and repairs what drifted.
    ///
    /// Hints of anything else cost one observation.
    func repairDrift() async throws -> Outcome {
        let batch = state.withLock { $0.hints.take() }
        let inForce = state.withLock { $0.inForce }
        switch batch {
        case .everything:
            environment.logger.warning(
                "too many events, observing everything",
                metadata: [LogKey.messageID: "\(MessageID.eventsLost.rawValue)"])
            noteEventsLost()
            _ = try await pass()
            return .done
        case .resources(let hints):
            let due = hints.merging(contestedAgain()) { hint, _ in hint }
            guard !due.isEmpty else { return .done }
            do {
                state.withLock { state in
                    if !state.starting.isDisjoint(with: due.keys) { state.isPassDueAfterStart = true }
                }
                if let inForce { try await repair(due, in: inForce) }
                if takePassAfterStart() { _ = try await pass() }
            } catch {
                note(due)
                throw error
            }
            return againForContested()
        }
    }

    private func repair(_ hints: [ResourceID: HintBuffer.Hint], in inForce: LoadedGeneration) async throws {
        var scope = inForce.inOrder(hints.keys)
        guard !scope.isEmpty else { return }
        if scope.contains(where: { $0.mode == .propose }) {
            scope = inForce.inOrder(Set(hints.keys).union(alsoAsked(in: inForce)))
        }
        await environment.endings.drained(of: scope.map(\.id))
        let planned = try await environment.planner.survey(scope, of: inForce, cause: .drift)
        // Only what is looked at: a copy of all phases would be made anew when the first of them changes.
        let (phases, starting) = state.withLock { state in
            let known = scope.compactMap { declared in state.phases[declared.id].map { (declared.id, $0) } }
            return (Dictionary(known) { first, _ in first }, state.starting)
        }
        let differing = Set(planned.plan.changes.map(\.resource))
        state.withLock { state in
            for declared in scope where !differing.contains(declared.id) { state.heldDrift[declared.id] = nil }
        }
        var updates: [ResourceUpdate] = []
        for declared in scope where !differing.contains(declared.id) {
            if let problem = planned.problems.first(where: { $0.resource == declared.id }) {
                updates.append(
                    ResourceUpdate(declared.id, phase: .failed, reason: problem.reason, message: problem.message))
            } else if let transition = planned.onTheirWay[declared.id] {
                if phases[declared.id] != .pending { updates.append(ResourceUpdate(declared.id, transition)) }
            } else if phases[declared.id] != .inSync,
                phases[declared.id] != .pending || starting.contains(declared.id)
            {
                updates.append(ResourceUpdate(declared.id, phase: .inSync))
            }
        }
        try await write(updates)
        state.withLock { $0.starting.subtract(scope.map(\.id).filter { planned.onTheirWay[$0] == nil }) }
        state.withLock { $0.starting.formUnion(updates.map(\.id).filter { planned.onTheirWay[$0] != nil }) }
        if !updates.isEmpty { try await publishState(inForce, planned) }
        // What a new commit is about to change belongs to its run, not to a repair.
        let changes = planned.plan.changes.filter { change in
            phases[change.resource] != .pending || starting.contains(change.resource)
        }
        guard !changes.isEmpty else { return }
        let source = try await currentSource()
        let survey = Survey(
            target: inForce, cause: .drift, planned: planned, split: ChangeSplit(drift: changes, wanted: []))
        state.withLock { $0.isEndHandedOver = true }
        defer { state.withLock { $0.isEndHandedOver = false } }
        let result = try await carryOut(changes, of: survey, cause: .drift, source: source, hints: hints)
        if result != .succeeded { try await publish(survey, result: result) }
        if result == .failed || result == .rolledBack {
            throw RepairFailed(resources: changes.map(\.resource))
        }
    }

    /// Carries out what a look at everything found; of drift it names who was seen at it, for the look may come before
    /// their hints are taken up.
    func carryOut(
        found changes: [Change], by survey: Survey, cause: PlanCause, source: Object<SourceKind>
    ) async throws -> PassResult {
        guard cause == .drift else {
            return try await carryOut(changes, of: survey, cause: cause, source: source, hints: [:])
        }
        let resources = changes.map(\.resource)
        await environment.authorsTold(resources)
        let hints = state.withLock { $0.hints.take(resources) }
        do {
            let result = try await carryOut(changes, of: survey, cause: cause, source: source, hints: hints)
            if result == .failed || result == .rolledBack { note(hints) }
            return result
        } catch {
            note(hints)
            throw error
        }
    }

    /// These hints, and who was seen at drift of a plan that was held back until now.
    func hints(
        _ hints: [ResourceID: HintBuffer.Hint], orHeldOf plan: Plan
    ) -> [ResourceID: HintBuffer.Hint] {
        guard plan.cause == .drift else { return hints }
        return state.withLock { state in
            if state.heldDrift.isEmpty { return hints }
            var known = hints
            for change in plan.changes where known[change.resource] == nil {
                known[change.resource] = state.heldDrift[change.resource]
            }
            return known
        }
    }

    /// Notes that drift is held back, and who was seen at it.
    func keep(_ hints: [ResourceID: HintBuffer.Hint]) {
        state.withLock { state in
            for (resource, hint) in hints {
                state.heldDrift[resource] = HintBuffer.Hint(actor: hint.actor, time: hint.time, wasHeld: true)
            }
        }
    }

    /// Forgets who was seen at drift that is no more.
    func forgetHeld(but plan: Plan) {
        state.withLock { state in
            if state.heldDrift.isEmpty { return }
            let differing = Set(plan.changes.map(\.resource))
            state.heldDrift = state.heldDrift.filter { differing.contains($0.key) }
        }
    }

    /// Notes hints again, so that the next look knows whom to name.
    func note(_ hints: [ResourceID: HintBuffer.Hint]) {
        state.withLock { state in
            for (resource, hint) in hints { state.hints.note(resource, hint) }
        }
    }

    /// Whether starts ended and something may go on that waited for them: the target, or what depends on the units.
    private func takePassAfterStart() -> Bool {
        state.withLock { state in
            let isAwaited = state.starting.isEmpty || state.target != nil || state.inForce == nil
            guard state.isPassDueAfterStart, isAwaited else { return false }
            state.isPassDueAfterStart = false
            return true
        }
    }

    /// Drift that a person may be asked about already: one question is about all of it.
    private func alsoAsked(in inForce: LoadedGeneration) -> [ResourceID] {
        let phases = state.withLock { $0.phases }
        return inForce.resources.filter { $0.mode == .propose && phases[$0.id] == .drifted }.map(\.id)
    }

    /// Says on the source and the blueprints what changed without a run.
    private func publishState(_ inForce: LoadedGeneration, _ planned: PlannedHost) async throws {
        let survey = Survey(target: inForce, cause: .drift, planned: planned, split: ChangeSplit())
        try await publish(survey, result: .nothingToDo)
    }

    /// Contested resources whose wait is over: they are observed once more.
    private func contestedAgain() -> [ResourceID: HintBuffer.Hint] {
        let now = environment.host.bootTime()
        let time = environment.host.wallTime()
        return state.withLock { state in
            var due = state.waitingContested.filter { state.fights.waitsUntil($0.key, at: now) == nil }
            for resource in due.keys {
                state.waitingContested[resource] = nil
                if let held = state.heldDrift[resource] { due[resource] = held }
            }
            for resource in state.fights.contested(at: now).keys where state.waitingContested[resource] == nil {
                state.waitingContested[resource] = HintBuffer.Hint(
                    actor: DriftActor(unknown: "it was found after the wait for a contested resource"), time: time)
            }
            return due
        }
    }

    private func againForContested() -> Outcome {
        let now = environment.host.bootTime()
        _ = contestedAgain()
        guard let end = state.withLock({ $0.fights.earliestEnd(after: now) }) else { return .done }
        return .again(after: .nanoseconds(end - now + 1_000_000))
    }
}

/// Repairs that failed and were rolled back; they are tried again.
struct RepairFailed: Error, CustomStringConvertible {
    let resources: [ResourceID]

    var description: String {
        "the repair of \(resources.prefix(3).map(\.description).joined(separator: ", ")) failed and was rolled back"
    }
}
