import LinuxIO
import Model
import Store
import Synchronization

extension StepHand {
    /// A step as it was prepared.
    private struct Prepared: Sendable {
        var record: StepRecord
        var written: WrittenFile?
        var isYoung: Bool
        var versions: [RetainedVersion]
        var staged: [StagedContent]
    }

    /// What the threads that prepare have found, by the position of the first step of a piece.
    private struct Outcome {
        var pieces: [Int: [Prepared]] = [:]
        var failures: [Int: StepStop] = [:]
        /// How many steps are prepared.
        var done = 0
    }

    /// Keeps the old state of a batch's targets and writes the temporaries; nothing changes under any name of a
    /// resource.
    func prepare(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        ledger.young = []
        ledger.versions = []
        ledger.staged = []
        ledger.written = [:]
        guard batch.isFiles else {
            ledger.prepared = try prepareUnits(batch)
            return
        }
        let steps = layout.steps[batch.steps]
        let directories = Set(steps.compactMap { $0.operation.path.map(ExecutorPath.parent) })
        try sweep(directories)
        // Registered before they exist, so that a failure discards them.
        ledger.preparing = batch.steps
        var records: [StepRecord] = []
        records.reserveCapacity(steps.count)
        let syncing = steps.count >= Self.wholeSyncMinimum ? contentSync(of: directories, steps) : nil
        for step in try prepareEach(Array(steps), syncing) {
            records.append(step.record)
            if step.isYoung { ledger.young.insert(step.record.index) }
            ledger.versions += step.versions
            ledger.staged += step.staged
            if let written = step.written, step.record.operation.path == step.record.resource.identity {
                ledger.written[step.record.resource] = written
            }
        }
        ledger.prepared = records
        // The disk is busy with the content while it is compared and the intents are written down.
        if let syncing {
            ledger.contentSync = syncing.finish()
        } else {
            let written = temporaries(of: records)
            guard let first = records.first, !written.isEmpty else { return }
            ledger.contentSync = worker.begin { () throws(StepStop) in try syncContent(written, of: first.resource) }
        }
    }

    /// From how many steps on the disk gets the first half of the content while the second is written.
    private static var wholeSyncMinimum: Int { 512 }

    /// The sync of what very many steps write; nil when they write no files.
    private func contentSync(of directories: Set<String>, _ steps: ArraySlice<RunLayout.Step>) -> ContentSync? {
        let first = steps.first { if case .writeFile = $0.operation { true } else { false } }
        guard let first else { return nil }
        return ContentSync(on: worker) { () throws(StepStop) in
            try attempt(first.resource) { () throws(HostError) in
                try host.syncFileSystems(of: directories.sorted(), permit: permit())
            }
            try pass(.contentSynced)
        }
    }

    /// The files that steps wrote under their temporary names.
    func temporaries(of records: [StepRecord]) -> [String] {
        records.compactMap { record in
            guard case .writeFile(let path, _, _) = record.operation else { return nil }
            return ExecutorPath.beside(path, temporaryName(record.index))
        }
    }

    /// Prepares few steps here and many on all threads; the first failure in the order of the steps is thrown.
    private func prepareEach(
        _ steps: [RunLayout.Step], _ syncing: ContentSync?
    ) throws(StepStop) -> [Prepared] {
        guard steps.count >= configuration.parallelStepsMinimum else {
            var prepared: [Prepared] = []
            // So few that what waits for their intents is small.
            for step in steps { prepared.append(try prepare(step, isStaging: true)) }
            return prepared
        }
        let outcome = Mutex(Outcome())
        worker.forEachParallel(count: steps.count, chunk: Self.pieceSize(of: steps.count)) { range in
            let hand = keepingDirectories
            var piece: [Prepared] = []
            piece.reserveCapacity(range.count)
            for position in range {
                if outcome.withLock({ !$0.failures.isEmpty }) { return }
                do throws(StepStop) {
                    piece.append(try hand.prepare(steps[position], isStaging: false))
                } catch {
                    outcome.withLock { $0.failures[position] = error }
                    return
                }
            }
            let isHalf = outcome.withLock { [piece] outcome in
                outcome.pieces[range.lowerBound] = piece
                let before = outcome.done
                outcome.done += piece.count
                return before * 2 < steps.count && outcome.done * 2 >= steps.count
            }
            if isHalf { syncing?.begin() }
        }
        let found = outcome.withLock { $0 }
        if let first = found.failures.min(by: { $0.key < $1.key }) {
            syncing?.abandon()
            throw first.value
        }
        return found.pieces.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    /// How many steps a thread takes at once: so many that threads work in directories of their own, for the kernel
    /// lets one at a time change a directory; so few that all are busy to the end.
    static func pieceSize(of count: Int) -> Int { min(max(count / 16, 16), 512) }

    private func prepare(_ step: RunLayout.Step, isStaging: Bool) throws(StepStop) -> Prepared {
        let name = temporaryName(step.index)
        guard let path = step.operation.path else { preconditionFailure("step \(step.index) has no path") }
        let captured: Captured
        do throws(CaptureError) {
            captured = try capture(
                path, depth: step.operation.captureDepth, for: step.resource, isStaging: isStaging)
        } catch {
            throw error.stop(step.resource)
        }
        let written = try attempt(step.resource) { () throws(HostError) in
            try writeTemporary(name, step.operation, over: captured.state)
        }
        let record = StepRecord(
            index: step.index, resource: step.resource, operation: step.operation,
            undo: UndoRecord(temporaryName: name, before: captured.state))
        try pass(.prepared(step: step.index))
        return Prepared(
            record: record, written: written, isYoung: captured.isYoung, versions: captured.versions,
            staged: captured.staged)
    }

    /// Writes what a step puts at its path under its temporary name; a file is returned.
    private func writeTemporary(
        _ name: String, _ operation: Operation, over before: StateBefore
    ) throws(HostError) -> WrittenFile? {
        switch operation {
        case .writeFile(let path, let bytes, let metadata):
            let identity = try host.prepareFile(
                name, beside: path, metadata: metadata, size: bytes.size,
                content: { write throws(HostError) in try stream(bytes.digest, for: path, write) }, permit: permit())
            return WrittenFile(bytes, as: identity)
        case .makeSymlink(let path, let target, let metadata):
            try host.discard(name, beside: path, permit: permit())
            try host.prepareSymlink(name, beside: path, target: target, metadata: metadata, permit: permit())
        case .makeDirectory(let path, let metadata):
            if case .directory = before {
                throw HostError(.exists, "cannot make the directory '\(path)': there is one already")
            }
            try host.discard(name, beside: path, permit: permit())
            try host.makeDirectory(ExecutorPath.beside(path, name), metadata: metadata, permit: permit())
        case .remove(let path):
            // A leftover would be in the way of what is displaced.
            try host.discard(name, beside: path, permit: permit())
        case .setMetadata(let path, _):
            if case .absent = before {
                throw HostError(.notFound, "cannot set the owner or mode of '\(path)': nothing is there")
            }
        case .unit, .reloadUnitFiles:
            break
        }
        return nil
    }

    /// Keeps the state of units; every step of a unit goes back to the state before the batch.
    private func prepareUnits(_ batch: RunLayout.Batch) throws(StepStop) -> [StepRecord] {
        let steps = layout.steps[batch.steps]
        var names: [String] = []
        for step in steps {
            if case .unit(let name, _) = step.operation, !names.contains(name) { names.append(name) }
        }
        let first = steps[batch.steps.lowerBound].resource
        let states = try attempt(first) { () throws(HostError) in names.isEmpty ? [] : try host.units(names) }
        var before: [String: UnitBefore] = [:]
        for (name, state) in zip(names, states) {
            before[name] = UnitBefore(activeState: state.activeState, unitFileState: state.unitFileState)
        }
        return steps.map { step in
            var state = StateBefore.none
            if case .unit(let name, _) = step.operation, let known = before[name] { state = .unit(known) }
            return StepRecord(
                index: step.index, resource: step.resource, operation: step.operation, undo: UndoRecord(before: state))
        }
    }
}
