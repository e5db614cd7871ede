import LinuxIO
import Model
import Store

extension StepHand {
    /// Takes back everything that the run did and returns what could not be.
    ///
    /// Each part observes first, so it can be stopped anywhere and begun again; it works on the same names whether the
    /// run failed or the daemon was killed.
    ///
    /// A journal that cannot be written does not keep effects from being taken back: recovery reads the intents.
    func undo(_ ledger: inout RunLedger, isRecorded: Bool) throws(StepStop) -> [UndoFailure] {
        if isRecorded, run.phase != .rollingBack {
            try ignoringFailure { () throws(StepStop) in
                try recordRun(&ledger)
                try transition(to: .rollingBack, message: nil, .synced)
            }
        }
        try endSync(&ledger)
        for step in layout.steps[ledger.preparing] {
            guard let path = step.operation.path else { continue }
            try ignoringFailure { () throws(StepStop) in
                do throws(StepStop) {
                    try attempt(step.resource) { () throws(HostError) in
                        try host.discard(temporaryName(step.index), beside: path, permit: permit())
                    }
                } catch {
                    // The next run beside it removes it.
                    swept.release(ExecutorPath.parent(of: path))
                    throw error
                }
            }
        }
        (ledger.preparing, ledger.prepared) = (0..<0, [])
        let order = UndoOrder(ledger.records.all, batches: layout.batches)
        var failures: [UndoFailure] = []
        try lower(order.units, &failures)
        for group in order.files {
            try undoFiles(group, &failures)
            try recordUndone(group, failures, &ledger)
        }
        if order.needsReload { try reload(order, &failures) }
        try raise(order.units, &failures)
        if let last = order.units.last?.steps.last {
            try noting(last, &failures) { () throws(StepStop) in try syncUnitLinks(order.units.flatMap(\.steps)) }
        }
        try recordUndone(order.units.flatMap(\.steps) + order.reloads, failures, &ledger)
        for failure in failures {
            // What lies under its name is kept or removed by the next run beside it.
            guard let path = ledger.records[failure.step]?.operation.path else { continue }
            swept.release(ExecutorPath.parent(of: path))
        }
        return failures
    }

    private func recordUndone(
        _ records: [StepRecord], _ failures: [UndoFailure], _ ledger: inout RunLedger
    ) throws(StepStop) {
        guard !records.isEmpty else { return }
        var messages: [Int: String] = [:]
        for failure in failures { messages[failure.step] = failure.message }
        var results: [StepResult] = []
        for record in records.sorted(by: { $0.index < $1.index }) {
            if let message = messages[record.index] {
                results.append(StepResult(index: record.index, state: record.state, message: "not undone: \(message)"))
            } else {
                if record.state == .done { ledger.stepsDone -= 1 }
                ledger.records[record.index]?.state = .undone
                results.append(StepResult(index: record.index, state: .undone, message: record.message))
            }
        }
        try ignoringFailure { () throws(StepStop) in try self.record(results, []) }
    }

    /// Waits for syncs that are not wanted any more.
    func endSync(_ ledger: inout RunLedger) throws(StepStop) {
        let begun = [ledger.contentSync, ledger.nameSync].compactMap(\.self)
        (ledger.contentSync, ledger.nameSync) = (nil, nil)
        for syncing in begun { try ignoringFailure { () throws(StepStop) in try syncing.wait() } }
    }

    /// Undoing goes on after a failure; a crash stops it.
    func ignoringFailure(_ body: () throws(StepStop) -> Void) throws(StepStop) {
        do throws(StepStop) { try body() } catch {
            if case .crash = error { throw error }
        }
    }

    /// Does something for a step and notes a failure; returns whether it was done.
    @discardableResult
    func noting(
        _ record: StepRecord, _ failures: inout [UndoFailure], _ body: () throws(StepStop) -> Void
    ) throws(StepStop) -> Bool {
        do throws(StepStop) { try body() } catch {
            if case .crash = error { throw error }
            failures.append(UndoFailure(step: record.index, resource: record.resource, message: error.message))
            return false
        }
        return true
    }
}

extension StepHand {
    /// Brings units down to what they were.
    private func lower(_ units: [UndoOrder.Unit], _ failures: inout [UndoFailure]) throws(StepStop) {
        for unit in units.reversed() {
            guard let last = unit.steps.last else { continue }
            try noting(last, &failures) { () throws(StepStop) in
                try drive(unit, last.resource) { unit.lowering(from: $0) }
            }
        }
    }

    private func reload(_ order: UndoOrder, _ failures: inout [UndoFailure]) throws(StepStop) {
        guard let record = order.reloads.last ?? order.units.last?.steps.last else { return }
        try noting(record, &failures) { () throws(StepStop) in
            try attempt(record.resource) { () throws(HostError) in try host.reloadUnitFiles(permit: permit()) }
            try pass(.undone(step: record.index))
        }
    }

    /// Brings units up to what they were.
    private func raise(_ units: [UndoOrder.Unit], _ failures: inout [UndoFailure]) throws(StepStop) {
        for unit in units {
            guard let last = unit.steps.last else { continue }
            try noting(last, &failures) { () throws(StepStop) in
                try drive(unit, last.resource) { unit.raising(from: $0) }
            }
        }
    }

    private func drive(
        _ unit: UndoOrder.Unit, _ resource: ResourceID, _ actions: (UnitObservation) -> [UnitAction]
    ) throws(StepStop) {
        let states = try attempt(resource) { () throws(HostError) in try host.units([unit.name]) }
        guard let now = states.first else { return }
        for action in actions(now) {
            try attempt(resource) { () throws(HostError) in
                try host.perform(
                    action, on: unit.name, timeoutSeconds: configuration.unitTimeoutSeconds, permit: permit())
            }
            for step in unit.steps.suffix(1) { try pass(.undone(step: step.index)) }
        }
    }
}
