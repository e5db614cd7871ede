import Model
import Store

/// What recovery found and did at a start.
public struct RecoveryReport: Sendable, Hashable {
    /// How each run that was not settled ended, oldest first.
    public var runs: [RecoveredRun] = []
    /// Temporaries of no run that were removed, by path.
    public var removed: [String] = []

    /// Makes an empty report.
    public init() {}
}

/// How recovery settled one run.
public struct RecoveredRun: Sendable, Hashable {
    /// The run.
    public var run: String
    /// How it ended.
    public var outcome: RunOutcome

    /// Describes a run.
    public init(run: String, outcome: RunOutcome) {
        self.run = run
        self.outcome = outcome
    }
}

extension Executor {
    /// Resolves every run that a stop of the daemon or the machine left unsettled.
    ///
    /// Call it at start, before anything else changes the host, and again whenever it threw: it can itself be stopped
    /// anywhere.
    ///
    /// A run whose every effect is observed and verified is finished. One that was stopped between two batches is left
    /// to be continued by `execute` (`.interrupted`), or undone by `undo`. Any other is undone completely, so that
    /// nothing is doubled and the next reconcile plans anew. Effects are observed, never assumed, and never replayed.
    public func recover() async throws -> RecoveryReport {
        let journal = journal
        let unsettled = try await worker.run { try journal.unsettled() }
        var report = RecoveryReport()
        // The newest first: should two runs have touched one path, the older state is beneath.
        for run in unsettled.reversed() where run.phase == .running || run.phase == .rollingBack {
            let outcome = try await recover(run)
            report.runs.insert(RecoveredRun(run: run.name, outcome: outcome), at: 0)
        }
        report.removed = try await removeOrphans()
        return report
    }

    private func recover(_ run: RunRecord) async throws -> RunOutcome {
        let hand = hand(for: run)
        let journal = journal
        var ledger = RunLedger(declared: try await declarations(of: run))
        ledger.records.add(try await worker.run { try journal.steps(of: run.name) })
        if run.phase == .running, ledger.canBeFinished(hand.layout),
            case .done? = await verify(Array(run.plan.changes.indices), run, ledger)
        {
            let recorded = ledger
            do {
                let finished = try await worker.run { try hand.finish(recorded) }
                return .succeeded(concurrentWrites: finished)
            } catch let stop as StepStop {
                // What cannot be brought to an end, such as where somebody puts things in the way, is undone; not what
                // is at its end already, because the write of that was reported as failed and was none.
                if case .crash = stop { throw stop }
                let phase = try await worker.run { try journal.summary(named: run.name).phase }
                if phase == .succeeded { return .succeeded(concurrentWrites: []) }
            }
        }
        if run.phase == .running, ledger.isBetweenBatches(hand.layout) {
            let recorded = ledger
            do {
                _ = try await worker.run { try hand.tidy(recorded) }
                return .interrupted
            } catch let stop as StepStop {
                // What cannot be put in order for going on is undone as far as that can be.
                if case .crash = stop { throw stop }
            }
        }
        let done = ledger.records.all.count { $0.state.mayHaveEffect }
        let failure = RunFailure(
            .interruption,
            "the daemon or the machine stopped after \(done) of \(hand.layout.steps.count) steps; they were undone"
        )
        let outcome = await undo(run, failure, leftovers: true)
        if case .failed(let stopped, notUndone: let left) = outcome, left.isEmpty {
            // What could not be undone is said of its steps; this run is not settled.
            throw HostError(.unavailable, "cannot settle run '\(run.name)': \(stopped.message)")
        }
        return outcome
    }

    /// Undoes everything that the journal knows of a run.
    func undo(_ run: RunRecord, _ failure: RunFailure, leftovers: Bool) async -> RunOutcome {
        let hand = hand(for: run)
        let journal = journal
        do {
            return try await worker.run {
                var ledger = RunLedger(declared: [:])
                ledger.records.add(try journal.steps(of: run.name))
                if leftovers { try hand.removeLeftovers(ledger) }
                return try hand.undoAndSettle(&ledger, failure)
            }
        } catch let error as StepStop {
            if case .failure(let stopped) = error { return .failed(stopped, notUndone: []) }
            return .interrupted
        } catch {
            return .failed(RunFailure(.store, "cannot undo run '\(run.name)': \(error)"), notUndone: [])
        }
    }

    /// Removes what runs had to leave under temporary names, as where a file system was read-only for a while; what
    /// still cannot be removed stays for the next call.
    ///
    /// Call it when no run is carried out.
    public func sweepLeft() async throws {
        let directories = swept.takeLeft()
        if directories.isEmpty { return }
        do { _ = try await removeOrphans(in: directories) } catch {
            for directory in directories { swept.release(directory) }
            throw error
        }
    }

    private func declarations(of run: RunRecord) async throws -> [ResourceID: DeclaredResource] {
        let ids = run.plan.changes.map(\.resource)
        let resources = resources
        var declared: [ResourceID: DeclaredResource] = [:]
        for row in try await worker.run({ try resources.rows(ids: ids) }) { declared[row.id] = row.declared }
        return declared
    }

    /// Removes temporaries of runs that the journal no longer, or never, knew, beside everything that is managed.
    ///
    /// `StepHand.sweep` does so for what is not managed yet.
    private func removeOrphans() async throws -> [String] {
        let resources = resources
        let directories = try await worker.run {
            var directories: Set<String> = []
            for row in try resources.allRows() where row.id.type.isPath {
                directories.insert(ExecutorPath.parent(of: row.id.identity))
            }
            return directories.sorted()
        }
        return try await removeOrphans(in: directories)
    }

    private func removeOrphans(in directories: [String]) async throws -> [String] {
        let host = host
        let hand = hand(
            for: RunRecord(
                name: "recovery", sequence: 0, plan: Plan(cause: .drift, commit: "", changes: []), planHash: "",
                requestedBy: "controller", phase: .running, createdTime: host.wallTime()))
        let journal = journal
        return try await worker.run {
            let live = Set(try journal.unsettledSequences())
            return try hand.removeOrphans(in: directories, except: live)
        }
    }
}

extension RunLedger {
    /// Whether observation can show that every step took effect: what a restart or reload did cannot be seen, so those
    /// must be recorded as done.
    func canBeFinished(_ layout: RunLayout) -> Bool {
        guard layout.steps.count == records.count else { return false }
        return records.all.allSatisfy { record in
            switch record.operation {
            case .unit(_, .restart), .unit(_, .reload), .reloadUnitFiles: record.state == .done
            case .unit, .writeFile, .setMetadata, .remove, .makeDirectory, .makeSymlink: record.state.mayHaveEffect
            }
        }
    }
}
