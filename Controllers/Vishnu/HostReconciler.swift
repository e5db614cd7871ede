public import ControllerRuntime
public import HostRuntime
import LinuxIO
import Logging
public import Model
import Store
import Synchronization

/// Keeps the host in its declared state: observes, plans, asks the gate, runs, verifies and records (DESIGN 9).
///
/// One worker calls it, so passes, runs and repairs never overlap. It holds what is in force in memory; everything
/// else is read from the store each time, so that nothing is lost with the process.
public final class HostReconciler<Host: HostMutating>: Reconciler {
    /// The parts that it works with.
    let environment: HostEnvironment<Host>
    /// How passes that left something failed are repeated: an operator who mended the cause waits a minute at most.
    let retryBackoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
    /// How plans are made again that no longer fit; a change from outside is over in a moment, or goes on and on.
    let replanBackoff = Backoff(initial: .milliseconds(50), maximum: .seconds(60))
    /// How often `passOnce` plans again before it gives up.
    private let replansOnce = 5
    let metrics = DriftMetrics()
    /// What survives from one key to the next.
    let state: Mutex<State>

    struct State: Sendable {
        var hints = HintBuffer()
        var fights = FightDetector()
        var passes = PassBook()
        /// The source as it was read last.
        var source: Object<SourceKind>?
        var inForce: LoadedGeneration?
        var target: LoadedGeneration?
        var phases: [ResourceID: ResourcePhase] = [:]
        var pausedResources: [ResourceID: Pause] = [:]
        /// Units that systemd is about to start by itself: no difference, and not yet as declared.
        var starting: Set<ResourceID> = []
        /// Whether one of them was started, or failed to, since the last pass.
        var isPassDueAfterStart = false
        var blueprintPauses = BlueprintPauses()
        var published: PublishedBlueprints?
        var waitingContested: [ResourceID: HintBuffer.Hint] = [:]
        /// Who was seen at drift that is held back, for the run that repairs it in the end.
        var heldDrift: [ResourceID: HintBuffer.Hint] = [:]
        /// The generation whose declarations the rows have.
        var settled: LoadedGeneration?
        /// Rows that a survey brought up to date, while they are being written.
        var rows: PendingCall<StoreError>?
        var requester = "controller"
        /// Whether the loop goes on to the next repair before the run in hand has ended.
        var isEndHandedOver = false
        /// Passes in a row that left something failed.
        var retries = 0
        /// Plans in a row that no longer fitted when they were to run.
        var replans = 0
        /// The last failure that was logged, so that trying again is not told again.
        var lastFailure: String?
        var isLoaded = false
        /// Whether the runs that the last stop of the daemon left are settled.
        var hasGoneOn = false
        /// Whether a run failed that may be open in the journal still, as when that could not be written.
        var isRecoveryDue = false
        /// Ends of runs that the audit log could not take yet.
        var unaudited: [AuditRecord] = []
        var activeRun: RunControl?
        var isShuttingDown = false

        /// Lets the next look at the host begin with what the store holds, as at a start: a write that failed may be in
        /// it all the same, and a run be open that nobody carries out.
        mutating func doubt() {
            isLoaded = false
            hasGoneOn = false
            isRecoveryDue = true
        }
    }

    /// Makes a reconciler that has seen nothing yet.
    public init(environment: HostEnvironment<Host>) {
        self.environment = environment
        state = Mutex(State())
    }

    /// Does what the key asks for.
    public func reconcile(_ key: LoopKey) async throws -> Outcome {
        let source: Object<SourceKind>?
        do {
            try await beReady()
            source = key == .pass ? try await currentSource() : nil
        } catch let error as CancellationError {
            throw error
        } catch {
            // No pass begins that would say so to those who wait for one.
            if key == .pass { fail(requestsUpTo: nil, because: "the pass cannot begin", error) }
            throw error
        }
        do {
            let outcome = if let source { try await pass(source) } else { try await repairDrift() }
            state.withLock { $0.replans = 0 }
            return outcome
        } catch let replan as ReplanNeeded {
            return planAgain(replan)
        } catch let failed as RepairFailed {
            throw failed
        } catch {
            state.withLock { $0.doubt() }
            throw error
        }
    }

    /// Does what goes before anything else: what the last stop or failure left is settled, what the store holds is
    /// known.
    private func beReady() async throws {
        try await auditWhatIsDue()
        try await recoverWhereDue()
        try await load()
        try await goOnWithRuns()
    }

    /// Answers requests that no pass comes for: the source could not be brought up to date for them, and cannot say so.
    @Sendable public func noteUnanswered(_ request: String?, because error: any Error) {
        fail(requestsUpTo: request.flatMap { Int64($0) }, because: "the source cannot be brought up to date", error)
    }

    private func fail(requestsUpTo last: Int64?, because act: String, _ error: any Error) {
        state.withLock { $0.passes.fail(upTo: last, message: "\(act): \(error)") }
    }

    /// What was planned for another state is planned anew: soon, then later while somebody keeps changing it (I5).
    private func planAgain(_ replan: ReplanNeeded) -> Outcome {
        let replans = state.withLock { state in
            state.replans += 1
            return state.replans
        }
        let delay = replanBackoff.delay(afterFailures: replans - 1)
        log(replan, delay: delay)
        return .again(after: delay)
    }

    private func log(_ replan: ReplanNeeded, delay: Duration) {
        environment.logger.info(
            "resources changed since they were planned, planning again",
            metadata: [
                LogKey.run: "\(replan.run)", LogKey.count: "\(replan.changed.count)",
                LogKey.resource: "\(replan.changed.first?.description ?? "")", LogKey.delay: "\(delay)",
            ])
    }

    /// Notes that somebody touched a resource.
    ///
    /// The caller adds `.drift` to the queue.
    public func note(_ resource: ResourceID, actor: DriftActor, time: WallTime) {
        state.withLock { $0.hints.note(resource, HintBuffer.Hint(actor: actor, time: time)) }
    }

    /// Notes that somebody may have touched resources unseen: who was seen at them before is not named any more.
    ///
    /// The caller adds `.pass` to the queue.
    public func noteEventsLost() { state.withLock { $0.heldDrift = [:] } }

    /// Notes a blueprint as it is stored now, for its pause.
    public func note(_ blueprint: Object<BlueprintKind>) {
        state.withLock { $0.blueprintPauses.note(blueprint) }
    }

    /// Notes that a blueprint was deleted.
    public func forgetBlueprint(_ name: String) {
        state.withLock { $0.blueprintPauses.forget(name) }
    }

    /// One pass, for `--once`: how it ended, and why.
    public func passOnce() async throws -> (result: PassResult, message: String?) {
        try await recoverWhereDue()
        try await load()
        try await goOnWithRuns()
        for _ in 1..<replansOnce {
            do {
                return try await converge(currentSource())
            } catch let replan as ReplanNeeded {
                log(replan, delay: .zero)
            }
        }
        return try await converge(currentSource())
    }

    /// Lets the run in hand finish its batch and take no other; called at graceful shutdown.
    public func interrupt() {
        let control = state.withLock { state in
            state.isShuttingDown = true
            return state.activeRun
        }
        control?.interrupt()
    }

    /// The source as it is now: a pause counts from when it was stored.
    func currentSource() async throws -> Object<SourceKind> {
        let source =
            if let known = state.withLock({ $0.source }) {
                try await environment.objects.read(again: known)
            } else {
                try await environment.objects.read(SourceKind.self, sourceName)
            }
        state.withLock { $0.source = source }
        return source
    }

    /// Asks for a pass and returns its number; the source is fetched first.
    func requestPass(planHash: String?, by requester: String) async throws -> Int64 {
        let pass = environment.host.wallTime().nanoseconds
        state.withLock { $0.passes.request(pass, planHash: planHash, by: requester) }
        do {
            try await environment.objects.modify(SourceKind.self, sourceName, part: .spec) { source in
                source.metadata.annotations = (source.metadata.annotations ?? [:])
                    .merging([reconcileRequestedAnnotation: String(pass)]) { $1 }
            }
        } catch {
            state.withLock { $0.passes.withdraw(pass) }
            throw error
        }
        return pass
    }

    /// Loads what is in force and the phases of all resources, once.
    private func load() async throws {
        guard !state.withLock({ $0.isLoaded }) else { return }
        let environment = environment
        // Whatever became of them, what the store holds is read now.
        do { try await rowsWritten() } catch is StoreError {}
        let (inForce, known) = try await environment.worker.run {
            let inForce = try environment.generations.newest(state: .good).map(LoadedGeneration.init)
            return (inForce, KnownRows(try environment.resources.allRows(), inForce: inForce))
        }
        try await readBlueprintPauses()
        state.withLock { state in
            state.inForce = inForce
            state.settled = known.areOfInForce ? inForce : nil
            state.phases = known.phases
            state.pausedResources = known.paused
            state.starting = known.starting
            state.isLoaded = true
        }
        if let inForce { environment.declarationsChanged(inForce.resources) }
    }
}
