import Model
import Store

extension StepHand {
    /// Finishes a run whose every effect was observed: what is left of temporaries goes, others' bytes are kept, and
    /// what is missing in the journal is written.
    func finish(_ recorded: RunLedger) throws(StepStop) -> [ConcurrentWrite] {
        var ledger = recorded
        try removeLeftovers(ledger)
        for record in ledger.ordered {
            guard let path = record.operation.path, record.operation.replaces else { continue }
            let place = ExecutorPath.beside(path, temporaryName(record.index))
            let found = try keepForeign(record, at: place, isNewKnown: true, trustsTimes: false)
            ledger.concurrentWrites += found.writes
            try discardKeeping(record, temporaryName(record.index), path)
            try pass(.discarded(step: record.index))
        }
        try syncNames(ledger.ordered)
        for batch in layout.batches where !batch.steps.allSatisfy({ recorded.records[$0]?.state == .done }) {
            try recordDone(batch, &ledger)
        }
        try transition(to: .succeeded, message: nil, .synced)
        return ledger.concurrentWrites
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
        for index in ledger.records.keys {
            known.insert(temporaryName(index))
            known.insert(undoName(index))
        }
        let directories = Set(layout.steps.compactMap { $0.operation.path.map(ExecutorPath.parent) })
        for directory in directories.sorted() {
            _ = try remove(in: directory) { name in
                TemporaryName.sequence(in: name) == run.sequence && !known.contains(name)
            }
        }
    }

    /// Removes temporaries of other runs than these.
    func removeOrphans(in directories: [String], except live: Set<Int64>) throws(StepStop) -> [String] {
        var removed: [String] = []
        for directory in directories {
            removed += try remove(in: directory) { name in
                guard let sequence = TemporaryName.sequence(in: name) else { return false }
                return !live.contains(sequence)
            }
        }
        return removed
    }

    /// Discards names of a directory; one that cannot be read or discarded is left for the next start.
    private func remove(in directory: String, _ isLeftover: (String) -> Bool) throws(StepStop) -> [String] {
        let names = (try? host.entries(of: directory, limit: 1 << 20)) ?? []
        var removed: [String] = []
        for name in names where isLeftover(name) {
            let path = ExecutorPath.below(directory, name)
            do throws(HostError) {
                try host.discard(name, beside: path, permit: permit())
                removed.append(path)
            } catch {
                continue
            }
        }
        return removed
    }
}
