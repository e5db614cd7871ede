import LinuxIO
import Model
import Store
import Synchronization

/// Carries out the steps of one run on the host and writes the journal.
///
/// Everything here blocks and runs on the executor's threads. Nothing here decides: `RunMachine` says what comes next,
/// `UndoOrder` in which order effects are taken back.
struct StepHand<Host: HostMutating>: Sendable {
    private(set) var host: Host
    let journal: RunJournal
    let content: ContentStore
    let resources: ResourceTable
    let worker: any BlockingWorker
    let configuration: ExecutorConfiguration
    let boundary: BoundaryHook?
    let swept: SweptDirectories
    let recent = RecentContent()
    let run: RunRecord
    let layout: RunLayout

    /// This hand for a piece of a large batch, on one thread; see `HostMutating.keepingDirectories`.
    var keepingDirectories: Self {
        var hand = self
        hand.host = host.keepingDirectories()
        return hand
    }

    /// The name under which a step prepares and displaces.
    func temporaryName(_ step: Int) -> String { TemporaryName.step(step, ofRun: run.sequence) }

    /// The name under which the undo of a step builds.
    func undoName(_ step: Int) -> String { TemporaryName.undo(step, ofRun: run.sequence) }

    /// The name under which what a step displaced is taken apart.
    func wasteName(_ step: Int) -> String { TemporaryName.waste(step, ofRun: run.sequence) }

    /// Tells the crash hook that something on disk differs now.
    func pass(_ point: Boundary) throws(StepStop) {
        guard let boundary else { return }
        do throws(BoundaryCrash) { try boundary(point) } catch { throw .crash }
    }

    /// Does something on the host for a resource.
    func attempt<Result>(
        _ resource: ResourceID, _ body: () throws(HostError) -> Result
    ) throws(StepStop) -> Result {
        do throws(HostError) { return try body() } catch { throw StepStop(error, resource) }
    }

    /// Does something in the store.
    func store<Result>(
        _ resource: ResourceID? = nil, _ body: () throws(StoreError) -> Result
    ) throws(StepStop) -> Result {
        do throws(StoreError) { return try body() } catch { throw StepStop(error, resource) }
    }
}

extension StepHand {
    /// Performs actions that block until one comes that does not, or before which the caller wants to be asked, and
    /// returns it.
    func drive(
        _ first: RunMachine.Action, _ machine: inout RunMachine, _ ledger: inout RunLedger,
        before pause: RunMachine.Action?, _ request: () -> RunControl.Request
    ) throws(StepStop) -> RunMachine.Action {
        var action = first
        while action != pause {
            let event: RunMachine.Event
            do throws(StepStop) {
                guard let answer = try perform(action, &ledger) else { return action }
                event = answer
            } catch {
                guard case .failure(let failure) = error else { throw error }
                event = .failed(failure)
            }
            action = machine.handle(event, request())
        }
        return action
    }

    /// Performs one action; nil for those that wait for observation.
    private func perform(
        _ action: RunMachine.Action, _ ledger: inout RunLedger
    ) throws(StepStop) -> RunMachine.Event? {
        switch action {
        case .compare, .verify, .finish:
            return nil
        case .begin:
            try begin()
        case .prepare(let batch):
            try prepare(layout.batches[batch], &ledger)
        case .commit(let batch):
            try commit(layout.batches[batch], &ledger)
        case .apply(let batch):
            try apply(layout.batches[batch], &ledger)
        case .record(let batch):
            try recordResults(layout.batches[batch], &ledger)
        case .clear(let batch):
            try clear(layout.batches[batch], ledger)
        case .undo(_, let isRecorded):
            return .undone(try undo(&ledger, isRecorded: isRecorded))
        case .settle(let phase, let message):
            try recordRun(&ledger)
            try settle(phase, message)
        }
        return .done
    }

    private func begin() throws(StepStop) {
        if run.phase == .running, run.startTime != nil { return }
        try transition(to: .running, message: nil, .deferred)
    }

    /// Makes the intents and the temporaries of a batch durable, both at once: from here on recovery undoes what the
    /// batch does (I2), and no name can come to stand for bytes that are not on the disk (I3).
    private func commit(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        let records = ledger.prepared
        ledger.records.add(records)
        (ledger.preparing, ledger.prepared) = (0..<0, [])
        let (versions, staged) = (ledger.versions, ledger.staged)
        (ledger.versions, ledger.staged) = ([], [])
        let syncing = ledger.contentSync
        ledger.contentSync = nil
        do throws(StepStop) {
            try commit(records, versions, staged, syncing, creating: ledger.isRecorded ? nil : run)
            ledger.isRecorded = true
        } catch {
            // Nothing of the batch takes effect now. Files show that when they are undone; of units nothing does.
            if !batch.isFiles { for record in records { ledger.records[record.index]?.state = .failed } }
            throw error
        }
    }

    private func commit(
        _ records: [StepRecord], _ versions: [RetainedVersion], _ staged: [StagedContent],
        _ syncing: PendingCall<StepStop>?, creating named: RunRecord?
    ) throws(StepStop) {
        do throws(StepStop) {
            try store(records.count == 1 ? records.first?.resource : nil) { () throws(StoreError) in
                try journal.recordIntents(
                    run: run.name, steps: records, retaining: versions, storing: staged, creating: named,
                    worker.forEachParallel)
            }
            try pass(.committed)
        } catch {
            try ignoringFailure { () throws(StepStop) in try syncing?.wait() ?? () }
            throw error
        }
        try syncing?.wait()
    }

    /// Makes what was written under temporary names durable.
    func syncContent(_ written: [String], of first: ResourceID) throws(StepStop) {
        try attempt(first) { () throws(HostError) in
            try host.sync(files: written, directories: [], permit: permit())
        }
        try pass(.contentSynced)
    }

    /// Stores the run if nothing of it is in the journal, as when it ends before its first intents.
    func recordRun(_ ledger: inout RunLedger) throws(StepStop) {
        if ledger.isRecorded { return }
        try store { () throws(StoreError) in try journal.store(run, durability: .deferred) }
        ledger.isRecorded = true
    }

    /// What a run did to units cannot always be derived from the host, so its end is synced then.
    private func settle(_ phase: RunPhase, _ message: String?) throws(StepStop) {
        let isDerivable = phase == .succeeded && layout.batches.allSatisfy(\.isFiles)
        try transition(to: phase, message: message, isDerivable ? .deferred : .synced)
    }

    /// Writes a phase of the run.
    func transition(to phase: RunPhase, message: String?, _ durability: Durability) throws(StepStop) {
        try store { () throws(StoreError) in
            try journal.transition(
                run: run.name, to: phase, message: message, time: host.wallTime(), durability: durability)
        }
        try pass(.transition)
    }
}
