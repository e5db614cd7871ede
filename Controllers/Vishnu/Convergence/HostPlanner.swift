public import HostRuntime
public import Model
public import Store
import Synchronization

/// Observes and plans: what lies between declarations and the changes that would fulfil them.
///
/// Never touches the host.
public final class HostPlanner<Host: HostMutating>: Sendable {
    /// What is prepared once for a generation and used by every look at it.
    private struct Prepared: Sendable {
        var generation: Int64
        var departed: [ResourceID]
        var departedTargets: [DeclaredResource]
        var unitFiles: [ResourceID: [NamedState]]
        var table: SyncTable
        var context: ObservationContext
    }

    private let host: Host
    private let observer: Observer<Host>
    private let content: ContentStore
    private let worker: any BlockingWorker
    private let prepared = Mutex<Prepared?>(nil)

    /// Makes a planner; `worker` reads small files for diffs.
    public init(host: Host, observer: Observer<Host>, content: ContentStore, worker: any BlockingWorker) {
        self.host = host
        self.observer = observer
        self.content = content
        self.worker = worker
    }

    /// Observes everything that may differ from a generation, and plans.
    ///
    /// `unitFiles` are files of declared units that left, with what was there before them.
    func survey(
        _ target: LoadedGeneration, departed: [ResourceRow], unitFiles: [ResourceID: [NamedState]], cause: PlanCause
    ) async throws -> PlannedHost {
        let leaving = departed.map(DepartedResource.init)
        let prepared = try await prepare(target, leaving, unitFiles)
        let pass = try await observer.pass(over: prepared.table, context: prepared.context)
        var observations = pass.observations
        for (id, result) in try await observer.observe(leaving.map(\.target), context: prepared.context) {
            observations[id] = result
        }
        let request = PlanRequest(
            cause: cause, commit: target.commit.commit, declared: pass.candidates, departed: leaving,
            observations: observations, context: PlanContext(pass.context))
        let worker = worker
        let result = try await worker.run { Planner.plan(request, worker.forEachParallel) }
        keep(pass.context, of: target)
        pass.record(inSync: result.inSync)
        return PlannedHost(result, observations: observations)
    }

    /// Observes some resources of a generation, and plans.
    func survey(_ scope: [DeclaredResource], of target: LoadedGeneration, cause: PlanCause) async throws -> PlannedHost
    {
        let prepared = try await prepare(target, nil, nil)
        let observations = try await observer.observe(scope, context: prepared.context)
        let context = try await observer.naming(observations, in: prepared.context)
        let result = Planner.plan(
            PlanRequest(
                cause: cause, commit: target.commit.commit, declared: scope, observations: observations,
                context: PlanContext(context)))
        return PlannedHost(result, observations: observations)
    }

    /// Keeps the names of accounts that a pass brought up to date.
    private func keep(_ context: ObservationContext, of target: LoadedGeneration) {
        prepared.withLock { if $0?.generation == target.number { $0?.context = context } }
    }

    /// The plan with unified diffs of small text files, for people.
    func withDiffs(_ planned: PlannedHost) async throws -> Plan {
        let (host, content, plan) = (host, content, planned.plan)
        let observations = planned.observations
        return try await worker.run {
            plan.withContentDiffs(observations: observations, on: host) { declared in
                do { return try content.bytes(declared.digest, limit: UnifiedDiff.sizeMaximum) } catch { return nil }
            }
        }
    }

    /// Observes resources again for the executor: digests as plans hold them.
    ///
    /// `written` are files whose bytes the executor wrote itself.
    public func reobserve(
        _ resources: [ResourceID], declared: [ResourceID: DeclaredResource], written: [ResourceID: WrittenFile]
    ) async -> [ResourceID: Result<ContentDigest, HostError>] {
        let known = prepared.withLock { $0 }
        let scope = resources.compactMap { id in
            declared[id] ?? known?.departedTargets.first { $0.id == id }
        }
        do {
            var context: ObservationContext
            if let known { context = known.context } else { context = try await observer.context(for: scope) }
            context.written = written
            return try await observer.digests(of: scope, context: context)
        } catch {
            let failure = HostError(.unavailable, "cannot observe again: \(error)")
            return Dictionary(resources.map { ($0, .failure(failure)) }) { first, _ in first }
        }
    }

    /// Forgets what is known of accounts and files, as after a jump of the clock.
    func forget() { prepared.withLock { $0 = nil } }

    private func prepare(
        _ target: LoadedGeneration, _ departed: [DepartedResource]?, _ left: [ResourceID: [NamedState]]?
    ) async throws -> Prepared {
        let ids = departed?.map(\.id)
        var unitFiles = left ?? [:]
        for departed in departed ?? [] where departed.id.type == .unit {
            unitFiles[departed.id] = departed.unitFiles
        }
        if let known = prepared.withLock({ $0 }), known.generation == target.number, target.number != 0,
            ids == nil || (ids == known.departed && unitFiles == known.unitFiles)
        {
            return known
        }
        let leaving = departed?.map(\.target) ?? []
        // What left and is not pruned is a stray to a directory that purges, as anything else that nothing declares.
        let pruned = (departed ?? []).filter(\.last.prune).map(\.target)
        var context = try await observer.context(for: target.resources + pruned, withheld: target.withheld)
        context.unitFiles = unitFiles
        let next = Prepared(
            generation: target.number, departed: ids ?? [], departedTargets: leaving, unitFiles: unitFiles,
            table: SyncTable(target.resources),
            context: context)
        // A plan for other declarations (generation 0) must not take the place of what the loop works with.
        if target.number != 0 { prepared.withLock { $0 = next } }
        return next
    }
}

/// A plan with what it was made from.
struct PlannedHost: Sendable {
    /// The changes.
    var plan: Plan
    /// What cannot be planned, in the order of the resources' names.
    var problems: [ResourceProblem]
    /// Units that systemd is about to start by itself.
    var onTheirWay: [ResourceID: UnitTransition]
    /// Departed resources of which nothing is left.
    var forgettable: [ResourceID]
    /// What was observed.
    var observations: [ResourceID: Result<Observation, HostError>]

    init(_ result: PlanResult, observations: [ResourceID: Result<Observation, HostError>]) {
        plan = result.plan
        forgettable = result.forgettable
        onTheirWay = result.onTheirWay
        self.observations = observations
        problems = result.problems.sorted { $0.key < $1.key }.map { id, problem in
            let reason: Reason
            switch problem {
            case .observation: reason = .observationFailed
            case .declaration: reason = .notPossible
            case .blocked: reason = .dependencyNotReady
            }
            return ResourceProblem(resource: id, reason: reason, message: problem.description)
        }
    }
}
