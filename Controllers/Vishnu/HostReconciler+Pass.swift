import ControllerRuntime
import HostRuntime
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// What one pass found.
    struct Survey: Sendable {
        var target: LoadedGeneration
        var cause: PlanCause
        var planned: PlannedHost
        var split: ChangeSplit
        /// Declared units of which files left, so that they are forgotten once they are gone.
        var unitsLeft: Set<ResourceID> = []
    }

    /// A pass in the course of something else.
    func pass() async throws -> Outcome {
        try await pass(currentSource())
    }

    /// A pass over everything that the target declares.
    func pass(_ source: Object<SourceKind>) async throws -> Outcome {
        let handled = source.status.lastHandledReconcile.flatMap { Int64($0) } ?? 0
        state.withLock { $0.passes.begin(handled: handled) }
        do {
            let (result, message) = try await converge(source)
            await environment.publishRuns()
            let trouble = sourceTrouble(source)
            // What was asked for is what the source says now; a version that cannot be had is a failure of the request.
            let answer: PassResult = trouble == nil || result == .rolledBack ? result : .failed
            state.withLock { state in
                let cause = result == .rolledBack || result == .failed ? state.lastFailure : nil
                state.passes.finish(answer, message: message ?? trouble ?? cause)
            }
            return .again(after: nextPass(after: result))
        } catch let replan as ReplanNeeded {
            // The pass that plans again answers what was asked for.
            throw replan
        } catch {
            state.withLock { $0.passes.finish(.failed, message: "\(error)") }
            throw error
        }
    }

    /// Brings the host to the target as far as the gate lets it, and says how that went.
    func converge(_ source: Object<SourceKind>) async throws -> (PassResult, String?) {
        await environment.endings.drained()
        guard let target = try await selectTarget(source) else {
            return (.nothingToDo, "nothing was compiled yet")
        }
        let asked = state.withLock { $0.passes.requestedBy }
        let requester = asked ?? (target.1 == .rollback ? source.status.held?.by : nil) ?? "controller"
        state.withLock { $0.requester = requester }
        defer { state.withLock { $0.requester = "controller" } }
        var survey = try await self.survey(target.0, cause: target.1)
        forgetHeld(but: survey.planned.plan)
        try await settle(survey)
        if let wanted = state.withLock({ $0.passes.planHash }), wanted != survey.planned.plan.hash {
            try await rowsWritten()
            return (.planChanged, "the plan is now \(survey.planned.plan.hash); run 'aetherctl plan' and look again")
        }
        var drift = PassResult.nothingToDo
        if !survey.split.drift.isEmpty {
            drift = try await carryOut(found: survey.split.drift, by: survey, cause: .drift, source: source)
            guard drift == .succeeded || drift == .differencesLeft || drift == .waitingForApproval else {
                try await publish(survey, result: drift)
                return (drift, nil)
            }
            if !survey.split.wanted.isEmpty { survey = try await self.survey(target.0, cause: target.1) }
        }
        var wanted = PassResult.nothingToDo
        if !survey.split.wanted.isEmpty {
            wanted = try await carryOut(found: survey.split.wanted, by: survey, cause: survey.cause, source: source)
        }
        try await rowsWritten()
        try await environment.executor.sweepLeft()
        if drift != .waitingForApproval { try await supersedeWaiting(ofDrift: true) }
        if wanted != .waitingForApproval, wanted != .paused { try await supersedeWaiting(ofDrift: false) }
        var result = survey.split.wanted.isEmpty ? drift : wanted
        if result == .nothingToDo || result == .succeeded {
            result = try await markConverged(survey, source: source) ? result : .differencesLeft
            if drift == .waitingForApproval { result = drift }
        }
        try await publish(survey, result: result)
        return (result, nil)
    }

    /// The generation to bring the host to, and why.
    func selectTarget(_ source: Object<SourceKind>) async throws -> (LoadedGeneration, PlanCause)? {
        let environment = environment
        let records = try await environment.worker.run { try environment.generations.list(limit: 100) }
        let candidates = records.map { Target.Candidate(number: $0.number, commit: $0.commit.commit, state: $0.state) }
        guard let target = Target.select(from: candidates, held: source.status.held) else { return nil }
        if let loaded = state.withLock({ $0.inForce }), loaded.number == target.generation {
            return (loaded, target.cause)
        }
        // What converged once but is not in force now, as after `resume`, is a change like a new commit.
        let cause = target.cause == .drift ? .change : target.cause
        if let loaded = state.withLock({ $0.target }), loaded.number == target.generation {
            return (loaded, cause)
        }
        let record = try await environment.worker.run { try environment.generations.generation(target.generation) }
        let loaded = LoadedGeneration(record)
        state.withLock { $0.target = loaded }
        return (loaded, cause)
    }

    /// Observes and plans.
    func survey(_ target: LoadedGeneration, cause: PlanCause) async throws -> Survey {
        state.withLock { $0.passes.note(activity: "observing \(target.resources.count) resources") }
        let environment = environment
        // In an order of its own, so that what was prepared for the same resources before is known again.
        let leaving = state.withLock { $0.phases.keys.filter { !target.contains($0) } }.sorted()
        let (departed, units) = try await environment.worker.run {
            (
                try environment.resources.rows(ids: leaving).map { target.leavingAlone($0) },
                target.prunedUnits.isEmpty ? [] : try environment.resources.rows(ids: target.prunedUnits)
            )
        }
        let unitFiles = UnitFilesLeft.of(units, in: target)
        let planned = try await environment.planner.survey(
            target, departed: departed, unitFiles: unitFiles, cause: cause)
        let (inForce, phases, starting) = state.withLock { ($0.inForce, $0.phases, $0.starting) }
        let split = ChangeSplit.split(
            planned.plan.changes, target: { target[$0] }, inForce: { inForce?[$0] },
            hasConverged: { id in
                phases[id] == .inSync || phases[id] == .drifted || phases[id] == .ignored || starting.contains(id)
            })
        return Survey(target: target, cause: cause, planned: planned, split: split, unitsLeft: Set(unitFiles.keys))
    }

    /// Marks the target as converged when nothing is left to do or to report as a problem.
    private func markConverged(_ survey: Survey, source: Object<SourceKind>) async throws -> Bool {
        guard survey.planned.problems.isEmpty, survey.planned.onTheirWay.isEmpty else { return false }
        let environment = environment
        let time = environment.host.wallTime()
        let target = survey.target
        let wasInForce = state.withLock { $0.inForce?.number } == target.number
        if !wasInForce || survey.cause != .drift {
            try await environment.worker.run {
                try environment.generations.setState(target.number, to: .good, message: nil, time: time)
            }
            state.withLock { state in
                state.inForce = target
                state.target = nil
            }
            environment.declarationsChanged(target.resources)
        }
        return true
    }

    /// How long until everything is looked at again: soon, then later and later, while something failed whose cause
    /// may go away; else the full pass, jittered so that a fleet does not move in step.
    private func nextPass(after result: PassResult) -> Duration {
        let isTroubled = state.withLock { state in
            let isTroubled =
                result == .failed || result == .rolledBack || state.phases.values.contains(.failed)
            state.retries = isTroubled ? state.retries + 1 : 0
            return isTroubled
        }
        if isTroubled {
            return retryBackoff.delay(afterFailures: state.withLock { $0.retries } - 1)
        }
        let full = environment.settings.fullPass
        let jitter = Double(environment.host.wallTime().nanoseconds % 1000) / 1000
        return full * (0.9 + 0.2 * jitter)
    }

    private func sourceTrouble(_ source: Object<SourceKind>) -> String? {
        guard let stalled = source.status.conditions?[.stalled], stalled.status == .true else { return nil }
        return "\(stalled.reason.rawValue): \(stalled.message)"
    }
}
