import Model
import Store

extension StepHand {
    /// Finishes a run whose every effect was observed: what is left of temporaries goes, others' bytes are kept, and
    /// what is missing in the journal is written.
    func finish(_ recorded: RunLedger) throws(StepStop) -> [ConcurrentWrite] {
        var ledger = recorded
        ledger.concurrentWrites += try tidy(ledger)
        for batch in layout.batches where !batch.steps.allSatisfy({ recorded.records[$0]?.state == .done }) {
            try recordDone(batch, &ledger)
        }
        try transition(to: .succeeded, message: nil, .synced)
        return ledger.concurrentWrites
    }

    /// Brings the temporaries and names of steps that took effect to where the completion of their batches does, and
    /// removes what was prepared after them.
    func tidy(_ ledger: RunLedger) throws(StepStop) -> [ConcurrentWrite] {
        var writes: [ConcurrentWrite] = []
        try removeLeftovers(ledger)
        for record in ledger.records.all {
            guard let path = record.operation.path, record.operation.replaces else { continue }
            let place = ExecutorPath.beside(path, temporaryName(record.index))
            let found = try keepForeign(record, at: place, isNewKnown: true, trustsTimes: false)
            writes += found.writes
            try discardKeeping(record, temporaryName(record.index), path)
            try pass(.discarded(step: record.index))
        }
        try syncNames(ledger.records.all)
        return writes
    }

    /// Undoes a run and writes how it ended.
    func undoAndSettle(_ ledger: inout RunLedger, _ failure: RunFailure) throws(StepStop) -> RunOutcome {
        let left = try undo(&ledger, isRecorded: true)
        if left.isEmpty {
            try transition(to: .rolledBack, message: failure.message, .synced)
            return .rolledBack(failure)
        }
        try transition(to: .failed, message: failure.describing(left), .synced)
        return .failed(failure, notUndone: left)
    }

    /// Removes temporaries that were prepared without an intent: nothing was ever displaced to them.
    func removeLeftovers(_ ledger: RunLedger) throws(StepStop) {
        var known: Set<String> = []
        for record in ledger.records.all {
            known.insert(temporaryName(record.index))
            known.insert(undoName(record.index))
        }
        let directories = Set(layout.steps.compactMap { $0.operation.path.map(ExecutorPath.parent) })
        for directory in directories.sorted() {
            let removed = try remove(in: directory) { name in
                TemporaryName.sequence(in: name) == run.sequence && !known.contains(name)
            }
            guard !removed.isEmpty, let first = layout.steps.first else { continue }
            try ignoringFailure { () throws(StepStop) in
                try attempt(first.resource) { () throws(HostError) in
                    try host.sync(files: [], directories: [directory], permit: permit())
                }
            }
        }
    }

    /// Removes temporaries of lost runs from directories that were not looked through since the start.
    ///
    /// A power cut can lose the record of a run, but not a temporary that it had prepared; no name of a resource was
    /// exchanged then.
    func sweep(_ directories: Set<String>) throws(StepStop) {
        let fresh = swept.claim(directories)
        var strangers: [String] = []
        for directory in fresh {
            let names = try names(in: directory)
            let hasStrangers = names.contains { name in
                TemporaryName.sequence(in: name).map { $0 != run.sequence } ?? false
            }
            if hasStrangers { strangers.append(directory) }
        }
        guard !strangers.isEmpty else { return }
        let live = try store { () throws(StoreError) in try journal.unsettledSequences() }
        _ = try removeOrphans(in: strangers, except: Set(live))
    }

    /// Removes temporaries of other runs than these.
    ///
    /// Under those of a run that could not be undone there may be others' bytes, which are kept first; where they
    /// cannot be, the temporary stays for the next start.
    func removeOrphans(in directories: [String], except live: Set<Int64>) throws(StepStop) -> [String] {
        var removed: [String] = []
        var known: [Int64: [Int: StepRecord]] = [:]
        for directory in directories {
            removed += try remove(in: directory) { (name) throws(StepStop) in
                guard let sequence = TemporaryName.sequence(in: name), !live.contains(sequence) else { return false }
                if known[sequence] == nil { known[sequence] = try steps(ofSettled: sequence) }
                guard let step = TemporaryName.step(in: name), let record = known[sequence]?[step] else { return true }
                return try keepLeft(record, at: ExecutorPath.below(directory, name), by: sequence)
            }
        }
        return removed
    }

    /// The steps of a settled run; none of one that the journal does not know, which never displaced anything.
    private func steps(ofSettled sequence: Int64) throws(StepStop) -> [Int: StepRecord] {
        do throws(StoreError) {
            let steps = try journal.steps(of: RunJournal.name(of: sequence))
            return Dictionary(steps.map { ($0.index, $0) }) { first, _ in first }
        } catch {
            guard error.code == .notFound else { throw StepStop(error) }
            return [:]
        }
    }

    /// Keeps others' bytes under a temporary of a settled run (I4); false when they cannot be kept.
    private func keepLeft(_ record: StepRecord, at place: String, by sequence: Int64) throws(StepStop) -> Bool {
        do throws(StepStop) {
            let found = try keepForeign(record, at: place, isNewKnown: true, trustsTimes: false)
            for var version in found.versions {
                version.run = RunJournal.name(of: sequence)
                try store(record.resource) { [version] () throws(StoreError) in
                    try content.retain(version, durability: .synced)
                }
            }
            return true
        } catch {
            if case .crash = error { throw error }
            return false
        }
    }

    /// Discards names of a directory; one that cannot be read or discarded is left for the next run there, or the next
    /// start.
    private func remove(
        in directory: String, _ isLeftover: (String) throws(StepStop) -> Bool
    ) throws(StepStop) -> [String] {
        var removed: [String] = []
        for name in try names(in: directory) {
            guard try isLeftover(name) else { continue }
            let path = ExecutorPath.below(directory, name)
            do throws(HostError) {
                try host.discard(name, beside: path, permit: permit())
                removed.append(path)
            } catch {
                if error.code == .stopped { throw .crash }
                swept.release(directory)
            }
        }
        return removed
    }

    /// The names in a directory; none where it cannot be read.
    private func names(in directory: String) throws(StepStop) -> [String] {
        do throws(HostError) { return try host.entries(of: directory, limit: 1 << 20) } catch {
            if error.code == .stopped { throw .crash }
            return []
        }
    }
}
