import ControllerRuntime
import HostRuntime
public import Model
import Store
import Synchronization

extension HostControl {
    /// The status screen.
    public func summary() async throws -> StatusSummary {
        let environment = environment
        let source = try await source()
        let (counts, unsettled) = try await environment.worker.run {
            (try environment.resources.counts(), try environment.journal.unsettledCounts())
        }
        let status = source?.status ?? SourceKind.Status()
        let resources = ResourceCounts(counts)
        let now = environment.host.wallTime()
        let isClean = resources.drifted + resources.pending + resources.failed == 0
        let isInForce = status.commit != nil && status.commit == status.fetched?.commit
        let waiting = unsettled[.waitingForApproval] ?? 0
        return StatusSummary(
            converged: isInForce && isClean && status.conditions?[.stalled]?.status != .true, commit: status.commit,
            generation: status.generation, paused: status.paused?.isInForce(at: now) ?? false, resources: resources,
            runs: RunCounts(active: unsettled.values.reduce(0, +) - waiting, waitingForApproval: waiting),
            errors: try await errors(status, failed: resources.failed), source: source?.spec, fetched: status.fetched)
    }

    /// The source; nil when the configuration names none.
    private func source() async throws -> Object<SourceKind>? {
        do {
            return try await environment.objects.read(SourceKind.self, sourceName)
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }

    private func errors(_ status: SourceKind.Status, failed count: Int) async throws -> [ObjectError] {
        var errors: [ObjectError] = []
        for diagnostic in status.errors ?? [] {
            let at = diagnostic.position
            errors.append(
                ObjectError(
                    object: "Source/\(sourceName)", reason: "BuildFailed",
                    message: "\(at.file):\(at.line):\(at.column): \(diagnostic.message)"))
        }
        if errors.isEmpty, let stalled = status.conditions?[.stalled], stalled.status == .true {
            errors.append(
                ObjectError(object: "Source/\(sourceName)", reason: stalled.reason.rawValue, message: stalled.message))
        }
        if let bad = status.badCommit, bad == status.fetched?.commit {
            errors.append(
                ObjectError(
                    object: "Source/\(sourceName)", reason: Reason.verificationFailed.rawValue,
                    message: "commit \(bad) failed its verification and is not tried again; commit a fix"))
        }
        // Whoever asks again and again while thousands are made shall not look through all of them each time.
        if count == 0 { return errors }
        let failed = reconciler.state.withLock { $0.phases.filter { $0.value == .failed }.keys.sorted().prefix(100) }
        let environment = environment
        let rows = try await environment.worker.run { try environment.resources.rows(ids: Array(failed)) }
        for row in rows {
            let reason = row.status.conditions?[.ready]?.reason.rawValue ?? "Failed"
            errors.append(
                ObjectError(object: "Resource/\(row.id)", reason: reason, message: row.status.message ?? "no message"))
        }
        return errors
    }

    /// The plan towards the target; never touches the host.
    public func plan() async throws -> PlanReport {
        let source = try await environment.objects.read(SourceKind.self, sourceName)
        guard let (target, cause) = try await reconciler.selectTarget(source) else {
            throw ControlError(.conflict, "nothing was compiled yet; look at 'aetherctl status'")
        }
        return try await report(on: target, cause: cause, source: source)
    }

    /// The plan towards declarations that are not the source's, as of `plan --source DIR`.
    public func plan(
        _ resources: [DeclaredResource], withheld: [WithheldResource], commit: String, errors: [CompileDiagnostic]
    ) async throws -> PlanReport {
        let source = try await environment.objects.read(SourceKind.self, sourceName)
        guard errors.isEmpty else {
            let empty = Plan(cause: .change, commit: commit, changes: [])
            return PlanReport(plan: empty, hash: empty.hash, gate: [], problems: [], errors: errors)
        }
        let record = GenerationRecord(
            number: 0, commit: CommitDescription(commit: commit), resources: resources, withheld: withheld,
            state: .candidate, createdTime: environment.host.wallTime())
        return try await report(on: LoadedGeneration(record), cause: .change, source: source)
    }

    private func report(
        on target: LoadedGeneration, cause: PlanCause, source: Object<SourceKind>
    ) async throws -> PlanReport {
        let survey = try await reconciler.survey(target, cause: cause)
        var shown = try await environment.planner.withDiffs(survey.planned)
        // Drift is repaired by a run of its own, which the gate judges by its own cause.
        let drifted = Set(survey.split.drift.map(\.resource))
        for index in shown.changes.indices where shown.cause != .drift {
            if drifted.contains(shown.changes[index].resource) { shown.changes[index].cause = .drift }
        }
        var findings: [GateFinding] = []
        for (changes, cause) in [(survey.split.drift, PlanCause.drift), (survey.split.wanted, cause)]
        where !changes.isEmpty {
            let plan = Plan(changes, for: cause, commit: shown.commit)
            let context = try await reconciler.gateContext(for: plan, target: target, source: source)
            findings += Gate.findings(Gate.judge(plan, in: context))
        }
        return PlanReport(plan: shown, hash: shown.hash, gate: findings, problems: survey.planned.problems)
    }

    /// Declared against observed for one resource.
    public func diff(_ id: ResourceID) async throws -> DiffReport {
        let source = try await environment.objects.read(SourceKind.self, sourceName)
        guard let (target, cause) = try await reconciler.selectTarget(source), let declared = target[id] else {
            throw ControlError(.notFound, "'\(id)' is not managed; run 'aetherctl get resources'")
        }
        let planned = try await environment.planner.survey([declared], of: target, cause: cause)
        let plan = try await environment.planner.withDiffs(planned)
        return DiffReport(
            resource: id, change: plan.changes.first, problem: planned.problems.first { $0.resource == id })
    }

    /// The plan that a run was made from.
    public func runPlan(_ name: String) async throws -> PlanReport {
        let environment = environment
        let run = try await notFound { try await environment.worker.run { try environment.journal.run(named: name) } }
        return PlanReport(plan: run.plan, hash: run.planHash, gate: run.plan.gate, problems: [])
    }

    /// The steps of a run.
    public func runLog(_ name: String) async throws -> [RunLogEntry] {
        let environment = environment
        let steps = try await notFound { try await environment.worker.run { try environment.journal.steps(of: name) } }
        return steps.map { step in
            RunLogEntry(
                index: step.index, resource: step.resource, operation: step.operation.summary,
                state: step.state.rawValue, message: step.message)
        }
    }

    /// Checks the audit chain from its first record to its last.
    public func verifyAudit() async throws -> AuditReport {
        let environment = environment
        let found = try await environment.worker.run { try environment.audit.verify() }
        let problem = found.failure.map { "\($0.segment):\($0.line): record \($0.sequence): \($0.reason)" }
        return AuditReport(
            isIntact: found.failure == nil, records: Int64(found.records), head: found.head.hash.description,
            problem: problem)
    }

    func notFound<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        do { return try await body() } catch let error as StoreError where error.code == .notFound {
            throw ControlError(.notFound, error.message)
        }
    }
}

extension Operation {
    /// The operation in a few words.
    var summary: String {
        switch self {
        case .writeFile(let path, _, _): "write '\(path)'"
        case .setMetadata(let path, _): "set owner, group or mode of '\(path)'"
        case .remove(let path): "remove '\(path)'"
        case .makeDirectory(let path, _): "make directory '\(path)'"
        case .makeSymlink(let path, let target, _): "link '\(path)' to '\(target)'"
        case .unit(let name, let action): "\(action.rawValue) '\(name)'"
        case .reloadUnitFiles: "daemon-reload"
        }
    }
}
