import ControllerRuntime
import HostRuntime
import Logging
import Model
import Store
import Synchronization

extension HostReconciler {
    /// Settles what a failure of the store left open, as at a start: what is planned next would be undone with the
    /// older run otherwise.
    func recoverWhereDue() async throws {
        guard state.withLock({ $0.isRecoveryDue }) else { return }
        await environment.endings.drained()
        _ = try await environment.executor.recover()
        state.withLock { $0.isRecoveryDue = false }
    }

    /// Goes on with runs that the last stop of the daemon left between two batches, before anything else is planned.
    ///
    /// A run whose commit is wanted no more, or that the gate or an operator holds back now, is undone instead (I6).
    func goOnWithRuns() async throws {
        guard !state.withLock({ $0.hasGoneOn }) else { return }
        let environment = environment
        let runs = try await environment.worker.run {
            try environment.journal.unsettled().filter { $0.phase == .running }
        }
        for run in runs {
            let source = try await currentSource()
            let target = try await generation(of: run, source: source)
            if let target, try await isStillAllowed(run, target: target, source: source) {
                try await goOn(with: run, target: target, source: source)
            } else {
                try await undo(run, target: target)
            }
        }
        state.withLock { $0.hasGoneOn = true }
    }

    private func goOn(with run: RunRecord, target: LoadedGeneration, source: Object<SourceKind>) async throws {
        environment.logger.notice(
            "going on with an unfinished run",
            metadata: [
                LogKey.messageID: "\(MessageID.runRecovered.rawValue)", LogKey.run: "\(run.name)",
                LogKey.commit: "\(run.plan.commit)", LogKey.phase: "continued",
            ])
        // What the executor compares the run with is observed as the planner prepared it for the target.
        _ = try await survey(target, cause: run.plan.cause)
        do {
            _ = try await self.run(run.plan, of: target, findings: run.plan.gate, hints: [:], approved: run)
        } catch let replan as ReplanNeeded {
            let names = replan.changed.prefix(3).map(\.description).joined(separator: ", ")
            logUndone(run, cause: "\(names) changed while the daemon was stopped; it is planned again")
        }
    }

    private func undo(_ run: RunRecord, target: LoadedGeneration?) async throws {
        let failure = RunFailure(
            .interruption,
            "the daemon was stopped in the middle of the run, which is not wanted any more; it was undone")
        let outcome = await environment.executor.undo(run, because: failure)
        if case .interrupted = outcome { throw CancellationError() }
        logUndone(run, cause: failure.message)
        if case .failed = outcome, let target {
            _ = try await conclude(run, outcome: outcome, target: target, hints: [:])
        }
    }

    private func logUndone(_ run: RunRecord, cause: String) {
        environment.logger.warning(
            "an unfinished run was settled",
            metadata: [
                LogKey.messageID: "\(MessageID.runRecovered.rawValue)", LogKey.run: "\(run.name)",
                LogKey.phase: "undone", LogKey.cause: "\(cause)",
            ])
    }

    /// The declarations that a run leads to, while they are what the host is to hold.
    private func generation(of run: RunRecord, source: Object<SourceKind>) async throws -> LoadedGeneration? {
        let target = try await selectTarget(source)?.0
        let inForce = state.withLock { $0.inForce }
        return [target, inForce].compactMap { $0 }.first { $0.commit.commit == run.plan.commit }
    }

    /// Whether the gate lets every change of a run through as it did when the run began.
    private func isStillAllowed(
        _ run: RunRecord, target: LoadedGeneration, source: Object<SourceKind>
    ) async throws -> Bool {
        let context = try await gateContext(for: run.plan, target: target, source: source)
        let verdicts = Gate.judge(run.plan, in: context).map(\.1)
        if verdicts.allSatisfy({ $0 == .allow }) { return true }
        let isHeld = verdicts.contains { if case .hold = $0 { true } else { false } }
        guard !isHeld else { return false }
        do {
            let approval = try await environment.objects.read(ApprovalKind.self, run.name)
            return approval.status.decision == .approved && approval.spec.planHash == run.planHash
        } catch let error as StoreError where error.code == .notFound {
            return false
        }
    }
}
