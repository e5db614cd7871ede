public import HTTPTransport
public import LinuxIO
public import Model
public import Store

/// Observes resources again and returns the digests of what is observed, as plans hold them.
///
/// `declared` has the declarations that the run leads to; a resource that leaves the host has none. `written` are files
/// whose bytes the run wrote itself.
public typealias Reobservation =
    @Sendable (
        _ resources: [ResourceID], _ declared: [ResourceID: DeclaredResource], _ written: [ResourceID: WrittenFile]
    ) async -> [ResourceID: Result<ContentDigest, HostError>]

/// Carries out runs: the one door through which a host is changed (I1).
///
/// A run goes batch by batch: old state kept and temporaries written, compared with the plan again (I5), intents and
/// undo committed (I2), names exchanged, verified, results recorded. Whatever fails undoes the whole run. One run at a
/// time works on a resource; the caller sees to it.
public struct Executor<Host: HostMutating>: Sendable {
    let host: Host
    let journal: RunJournal
    let content: ContentStore
    let resources: ResourceTable
    let worker: any BlockingWorker
    let probes: ProbeRunner<Host>
    let configuration: ExecutorConfiguration
    let boundary: BoundaryHook?
    let observe: Reobservation
    let swept = SweptDirectories()

    /// Makes an executor.
    ///
    /// `worker` has the threads on which everything blocks; `boundary` is for crash tests.
    public init(
        host: Host, journal: RunJournal, content: ContentStore, resources: ResourceTable, worker: any BlockingWorker,
        transport: Transport? = nil, clock: any Clock<Duration> = ContinuousClock(),
        configuration: ExecutorConfiguration = ExecutorConfiguration(), boundary: BoundaryHook? = nil,
        observe: @escaping Reobservation
    ) {
        self.host = host
        self.journal = journal
        self.content = content
        self.resources = resources
        self.worker = worker
        self.configuration = configuration
        self.boundary = boundary
        self.observe = observe
        probes = ProbeRunner(
            host: host, worker: worker, transport: transport, clock: clock, settleSeconds: configuration.settleSeconds)
    }

    /// Carries out a run to its end, or goes on with one that was interrupted; see `carryOut`.
    public func execute(
        _ run: RunRecord, knownAs standing: RunStanding = .begun, declared: [ResourceID: DeclaredResource],
        noticed: [ResourceID: WallTime] = [:], control: RunControl = RunControl(),
        progress: @Sendable (RunProgress) -> Void = { _ in }
    ) async -> RunOutcome {
        let execution = await carryOut(
            run, knownAs: standing, declared: declared, noticed: noticed, control: control, progress: progress)
        switch execution {
        case .ended(let outcome): return outcome
        case .recorded(let ending): return await end(ending)
        }
    }

    /// Carries out a run until every change is made, verified and recorded, or until it ended otherwise.
    ///
    /// `declared` are the declarations that the run leads to, for probes; their rows exist already. `noticed` says when
    /// events told of drifts. Cancelling the task stops it where it is, as a crash does: `recover` resolves it then. An
    /// interrupted run goes on only if what it did and what it was planned for are observed still. `writes` were begun
    /// before, such as that of the run itself: nothing takes effect before they ended, nor if one failed.
    public func carryOut(
        _ run: RunRecord, knownAs standing: RunStanding = .begun, after writes: [PendingCall<StoreError>] = [],
        declared: [ResourceID: DeclaredResource], noticed: [ResourceID: WallTime] = [:],
        control: RunControl = RunControl(), progress: @Sendable (RunProgress) -> Void = { _ in }
    ) async -> RunExecution<Host> {
        let hand = hand(for: run)
        var ledger = RunLedger(
            isRecorded: standing != .named, awaited: writes, declared: declared, noticed: noticed)
        do {
            let records = standing == .begun ? try await committed(run) : []
            ledger.records.add(records)
            ledger.stepsDone = records.count { $0.state == .done }
        } catch {
            let failure = RunFailure(.store, "cannot read the journal of run '\(run.name)': \(error)")
            return .ended(.failed(failure, notUndone: []))
        }
        if !ledger.records.isEmpty {
            guard let changed = await changedSinceStop(run, hand, ledger) else { return .ended(.interrupted) }
            if !changed.isEmpty { return .ended(await replan(run, changed: changed)) }
        }
        let batches = hand.layout.batches
        let firstBatch = batches.firstIndex { !$0.steps.allSatisfy { ledger.records[$0]?.state == .done } }
        var machine = RunMachine(
            batches: batches, firstBatch: ledger.records.isEmpty ? 0 : firstBatch ?? batches.count)
        let action = machine.start(control.current)
        let turn = Turn(machine: machine, ledger: ledger, action: action)
        let last = RunMachine.Action.clear(batch: batches.count - 1)
        return await go(on: turn, hand, before: last, control, progress)
    }

    /// Ends a run that is recorded: nothing that others see changes any more.
    ///
    /// It may be called while other runs are carried out that share no resource with it. What cannot be ended is
    /// undone.
    public func end(_ ending: RunEnding<Host>) async -> RunOutcome {
        switch await go(on: ending.turn, ending.hand, before: nil, RunControl(), { _ in }) {
        case .ended(let outcome): outcome
        case .recorded: preconditionFailure("a run ended without an end")
        }
    }

    /// Ends runs that are recorded, together: every directory that they changed is synced once.
    ///
    /// What cannot be ended together is ended one by one.
    public func end(_ endings: [RunEnding<Host>]) async -> [RunOutcome] {
        var outcomes: [RunOutcome] = []
        do throws(StepStop) {
            let isCleared = endings.count > 1 ? try await clear(endings) : false
            for var ending in endings {
                if isCleared { ending.turn.action = ending.turn.machine.handle(.done, .proceed) }
                outcomes.append(await end(ending))
            }
            return outcomes
        } catch {
            return endings.map { _ in .interrupted }
        }
    }

    /// Discards what recorded runs displaced and syncs their names; false when something failed.
    ///
    /// Throws a crash.
    private func clear(_ endings: [RunEnding<Host>]) async throws(StepStop) -> Bool {
        do {
            try await worker.run {
                var names = ChangedNames()
                for ending in endings {
                    guard let batch = ending.hand.layout.batches.last else { continue }
                    names.formUnion(try ending.hand.discardDisplaced(batch, ending.turn.ledger))
                }
                try endings.first?.hand.sync(names)
            }
            return true
        } catch StepStop.failure {
            return false
        } catch {
            throw .crash
        }
    }

    /// Undoes a run that is not settled, such as one that was interrupted and is not wanted any more.
    public func undo(_ run: RunRecord, because failure: RunFailure) async -> RunOutcome {
        await undo(run, failure, leftovers: false)
    }
}

extension Executor {
    /// Performs what the machine says until it ended, or until it comes to `pause`.
    private func go(
        on begun: Turn, _ hand: StepHand<Host>, before pause: RunMachine.Action?, _ control: RunControl,
        _ progress: @Sendable (RunProgress) -> Void
    ) async -> RunExecution<Host> {
        let run = hand.run
        var turn = begun
        while turn.action != pause {
            progress(RunProgress(stepsDone: turn.ledger.stepsDone, stepsTotal: hand.layout.steps.count))
            let event: RunMachine.Event?
            switch turn.action {
            case .finish(let outcome):
                // What is taken up at the next start is found in the journal then.
                if case .interrupted = outcome { await record(run, turn.ledger) }
                return .ended(outcome.noting(turn.ledger.concurrentWrites))
            case .compare(let ids):
                event = await compare(ids, run, turn.ledger)
                turn.ledger.awaited = []
            case .verify(let batch):
                event = await verify(hand.layout.batches[batch].completed, run, turn.ledger)
            default:
                guard let next = await drive(hand, turn, before: pause, control) else { return .ended(.interrupted) }
                turn = next
                continue
            }
            guard let event else {
                await endSync(turn.ledger)
                return .ended(.interrupted)
            }
            turn.action = turn.machine.handle(event, control.current)
        }
        progress(RunProgress(stepsDone: turn.ledger.stepsDone, stepsTotal: hand.layout.steps.count))
        return .recorded(RunEnding(hand: hand, turn: turn))
    }

    private func record(_ run: RunRecord, _ ledger: RunLedger) async {
        if ledger.isRecorded { return }
        // Where that fails, the drift is found again.
        do { try await worker.run { try journal.store(run, durability: .deferred) } } catch {}
    }

    /// Waits for the syncs of a batch that is left where it is.
    private func endSync(_ ledger: RunLedger) async {
        for syncing in [ledger.contentSync, ledger.nameSync].compactMap(\.self) {
            // Recovery syncs again what it needs.
            do { try await worker.run { try syncing.wait() } } catch {}
        }
    }

    func hand(for run: RunRecord) -> StepHand<Host> {
        StepHand(
            host: host, journal: journal, content: content, resources: resources, worker: worker,
            configuration: configuration, boundary: boundary, swept: swept, run: run, layout: RunLayout(run.plan))
    }

    /// The steps of a run that may have had an effect.
    func committed(_ run: RunRecord) async throws -> [StepRecord] {
        guard run.startTime != nil else { return [] }
        let journal = journal
        return try await worker.run { try journal.steps(of: run.name) }
    }

    /// Blocks until an action comes that waits for observation; nil when the executor was stopped where it was.
    private func drive(
        _ hand: StepHand<Host>, _ turn: Turn, before pause: RunMachine.Action?, _ control: RunControl
    ) async -> Turn? {
        do {
            return try await worker.run {
                var turn = turn
                turn.action = try hand.drive(turn.action, &turn.machine, &turn.ledger, before: pause) {
                    control.current
                }
                return turn
            }
        } catch {
            return nil
        }
    }

    /// Compares resources with what was planned for (I5); nil when the host stopped.
    ///
    /// Where nothing was found when it was prepared, as planned, nobody looks again: a name is given only where nothing
    /// is.
    private func compare(_ all: [ResourceID], _ run: RunRecord, _ ledger: RunLedger) async -> RunMachine.Event? {
        let known = ledger.foundAbsent(in: run)
        let ids = known.isEmpty ? all : all.filter { !known.contains($0) }
        let observed = ids.isEmpty ? [:] : await observe(ids, ledger.declared, [:])
        // Intents must not stand for a run that could not be recorded.
        for write in ledger.awaited {
            do { try await worker.run { try write.wait() } } catch {
                return .failed(RunFailure(.store, "cannot record run '\(run.name)': \(error)"))
            }
        }
        var changed: [ResourceID] = []
        // By position: a copy of each change would cost a large run much.
        for position in run.plan.changes.indices {
            let resource = run.plan.changes[position].resource
            guard let result = observed[resource] else { continue }
            switch result {
            case .success(let digest):
                if digest != run.plan.changes[position].before { changed.append(resource) }
            case .failure(let error) where error.code == .stopped:
                return nil
            case .failure(let error):
                return .failed(RunFailure(.operation, resource: resource, error.message))
            }
        }
        let missing = ids.filter { observed[$0] == nil }
        return .compared(changed: changed + missing)
    }

    /// Observes changes that are made, and probes them; nil when the host stopped.
    func verify(_ changes: [Int], _ run: RunRecord, _ ledger: RunLedger) async -> RunMachine.Event? {
        guard !changes.isEmpty else { return .done }
        let observed = await observe(changes.map { run.plan.changes[$0].resource }, ledger.declared, ledger.written)
        for position in changes {
            let resource = run.plan.changes[position].resource
            switch observed[resource] {
            case .success(let digest)? where digest == run.plan.changes[position].after: continue
            case .failure(let error)? where error.code == .stopped:
                return nil
            case .failure(let error)?:
                return .failed(RunFailure(.verification, resource: resource, error.message))
            case .success?, nil:
                return .failed(
                    RunFailure(
                        .verification, resource: resource,
                        "changed \(resource), but it is not observed as planned; somebody else changes it"
                    ))
            }
        }
        for position in changes {
            let resource = run.plan.changes[position].resource
            for probe in ledger.declared[resource]?.verify ?? [] {
                if let message = await probes.run(probe, of: resource, hand: hand(for: run)) {
                    return .failed(RunFailure(.verification, resource: resource, message))
                }
            }
        }
        return .done
    }
}

extension RunOutcome {
    /// Adds the writers that came in between.
    fileprivate func noting(_ writes: [ConcurrentWrite]) -> RunOutcome {
        if case .succeeded = self { .succeeded(concurrentWrites: writes) } else { self }
    }
}
