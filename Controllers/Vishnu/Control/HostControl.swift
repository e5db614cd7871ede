public import ControllerRuntime
public import HostRuntime
public import LinuxIO
public import Model
import Store
import Synchronization

/// Answers what the control API asks of the host's loop: reports, and requests that the next pass carries out.
public struct HostControl<Host: HostMutating>: Sendable {
    let reconciler: HostReconciler<Host>
    let environment: HostEnvironment<Host>
    /// Reads recoverable bytes, one download after the other.
    let downloads: WorkerThread
    private let queue: WorkQueue<LoopKey, ContinuousClock>

    /// Makes the answers for the loop behind a queue.
    public init(
        reconciler: HostReconciler<Host>, queue: WorkQueue<LoopKey, ContinuousClock>, downloads: WorkerThread
    ) {
        self.reconciler = reconciler
        environment = reconciler.environment
        self.queue = queue
        self.downloads = downloads
    }

    /// Asks the loop for a pass, now or later.
    func wake(after delay: Duration = .zero) { queue.add(.pass, after: delay) }

    /// Asks for a fetch and a pass now.
    public func reconcile(_ request: ReconcileRequest, by requester: Requester) async throws -> ReconcileReceipt {
        ReconcileReceipt(pass: try await reconciler.requestPass(planHash: request.planHash, by: requester.record))
    }

    /// How a requested pass is going.
    public func progress(of pass: Int64) throws -> PassProgress {
        guard let progress = reconciler.state.withLock({ $0.passes.progress(of: pass) }) else {
            throw ControlError(
                .notFound, "there is no pass \(pass); the daemon may have restarted since: run 'aetherctl status'")
        }
        return progress
    }

    /// Goes back to a generation and holds every commit since.
    public func rollback(_ request: RollbackRequest, by requester: Requester) async throws -> ReconcileReceipt {
        let environment = environment
        let generations = try await environment.worker.run { try environment.generations.list(limit: 100) }
        let inForce = try await environment.objects.read(SourceKind.self, sourceName).status.generation
        guard let newest = generations.first else {
            throw ControlError(.conflict, "there is no generation to go back to: nothing was compiled yet")
        }
        let wanted = try Self.choose(request.generation, inForce: inForce, from: generations)
        try await environment.objects.modify(SourceKind.self, sourceName, part: .status, durability: .synced) {
            source in
            source.status.held = SourceKind.HeldCommits(
                generation: wanted.number, until: newest.commit.commit, by: requester.record)
        }
        return ReconcileReceipt(pass: try await reconciler.requestPass(planHash: nil, by: requester.record))
    }

    static func choose(
        _ number: Int64?, inForce: Int64?, from generations: [GenerationSummary]
    ) throws(ControlError) -> GenerationSummary {
        if let number {
            guard let wanted = generations.first(where: { $0.number == number }) else {
                throw ControlError(.notFound, "there is no generation \(number); run 'aetherctl history'")
            }
            guard wanted.convergedTime != nil else {
                throw ControlError(
                    .conflict, "generation \(number) never converged; run 'aetherctl history' and choose a good one")
            }
            return wanted
        }
        let earlier = generations.first {
            $0.convergedTime != nil && $0.number < inForce ?? Int64.max && $0.number != inForce
        }
        guard let earlier else {
            throw ControlError(
                .conflict, "there is no good generation before the one in force; run 'aetherctl history'")
        }
        return earlier
    }

    /// The generations, newest first.
    public func history() async throws -> [HistoryEntry] {
        let environment = environment
        let inForce = try await environment.objects.read(SourceKind.self, sourceName).status.generation
        return try await environment.worker.run { try environment.generations.list(limit: 100) }.map { generation in
            HistoryEntry(
                generation: generation.number, commit: generation.commit, state: generation.state.rawValue,
                isInForce: generation.number == inForce, resources: generation.resourceCount,
                createdTime: generation.createdTime, convergedTime: generation.convergedTime,
                message: generation.message)
        }
    }

    /// Answers an approval; an answer to a plan that is no longer asked about is refused.
    public func decide(_ name: String, _ request: DecisionRequest, by requester: Requester) async throws {
        let time = environment.host.wallTime()
        do {
            try await environment.objects.modify(ApprovalKind.self, name, part: .status, durability: .synced) {
                approval in
                if let hash = request.planHash, hash != approval.spec.planHash {
                    throw ControlError(
                        .conflict, "run '\(name)' asks about plan \(approval.spec.planHash), not \(hash)")
                }
                if let decision = approval.status.decision, decision != request.decision {
                    throw ControlError(
                        .conflict,
                        "run '\(name)' was \(decision.rawValue.lowercased()) already, by "
                            + (approval.status.by ?? "somebody")
                    )
                }
                approval.status.decision = request.decision
                approval.status.by = requester.record
                approval.status.time = time
                approval.status.setConditions(
                    request.decision == .approved ? .approved : .denied,
                    message: "\(request.decision.rawValue.lowercased()) by \(requester.record)", at: time,
                    generation: approval.metadata.generation)
            }
        } catch let error as StoreError where error.code == .notFound {
            throw ControlError(.notFound, "run '\(name)' waits for no approval; run 'aetherctl runs'")
        }
        wake()
    }
}
