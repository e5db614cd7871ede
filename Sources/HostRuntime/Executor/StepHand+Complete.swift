import LinuxIO
import Model
import Store
import Synchronization

extension StepHand {
    /// Keeps what others wrote into what a verified batch displaced, and records the results.
    ///
    /// The results need not be synced, for recovery derives them. They are recorded before anything is discarded, so
    /// that a journal which cannot be written still finds the old files under their temporary names.
    func recordResults(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        ledger.nameSync = nil
        if batch.isFiles {
            ledger.trees = try keepDisplaced(batch, &ledger)
            try beginSync(batch, &ledger)
        } else {
            try syncUnitLinks(batch.steps.compactMap { ledger.records[$0] })
        }
        try recordDone(batch, &ledger)
    }

    /// Lets the disk work on the names of many while their results are recorded, where nothing is to be discarded
    /// first.
    private func beginSync(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        guard batch.steps.count >= configuration.parallelStepsMinimum else { return }
        let records = batch.steps.compactMap { ledger.records[$0] }
        guard !records.contains(where: \.displaces) else { return }
        ledger.nameSync = worker.begin { () throws(StepStop) in try sync(try names(changedBy: records)) }
    }

    /// Discards what a recorded batch displaced and syncs the directories.
    func clear(_ batch: RunLayout.Batch, _ ledger: RunLedger) throws(StepStop) {
        try sync(try discardDisplaced(batch, ledger))
    }

    /// Discards what a recorded batch displaced, and says which names are to be synced.
    func discardDisplaced(_ batch: RunLayout.Batch, _ ledger: RunLedger) throws(StepStop) -> ChangedNames {
        guard batch.isFiles else { return ChangedNames() }
        if let syncing = ledger.nameSync {
            try syncing.wait()
            return ChangedNames()
        }
        let records = batch.steps.compactMap { ledger.records[$0] }
        for record in records where record.displaces {
            guard let path = record.operation.path else { continue }
            try discard(record, temporaryName(record.index), path, isDirectory: ledger.trees.contains(record.index))
            try pass(.discarded(step: record.index))
        }
        return try names(changedBy: records)
    }

    /// Records that a batch is done, with the rows of the changes that it completes.
    func recordDone(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        var states: [StepResult] = []
        states.reserveCapacity(batch.steps.count)
        for index in batch.steps {
            if let before = ledger.records[index]?.state, before != .done { ledger.stepsDone += 1 }
            ledger.records[index]?.state = .done
            states.append(StepResult(index: index, state: .done))
        }
        try record(states, try updates(completedBy: batch, ledger))
    }

    /// Keeps what others wrote into what the batch displaced, and returns the steps that displaced directories.
    private func keepDisplaced(
        _ batch: RunLayout.Batch, _ ledger: inout RunLedger
    ) throws(StepStop) -> Set<Int> {
        let displaced = batch.steps.compactMap { index in
            ledger.records[index].flatMap { $0.displaces ? $0 : nil }
        }
        var changed: [StepRecord] = []
        var versions: [RetainedVersion] = []
        var trees: Set<Int> = []
        for record in displaced {
            guard let path = record.operation.path else { continue }
            let found = try keepForeign(
                record, at: ExecutorPath.beside(path, temporaryName(record.index)), isNewKnown: false,
                trustsTimes: !ledger.young.contains(record.index))
            if found.isDirectory { trees.insert(record.index) }
            guard !found.writes.isEmpty else { continue }
            ledger.concurrentWrites += found.writes
            versions += found.versions
            changed.append(record)
        }
        if !changed.isEmpty { try recordForeign(changed, versions, &ledger) }
        return trees
    }

    /// What others wrote is what an undo goes back to; that is durable before it is discarded.
    private func recordForeign(
        _ records: [StepRecord], _ versions: [RetainedVersion], _ ledger: inout RunLedger
    ) throws(StepStop) {
        var updated: [StepRecord] = []
        for record in records {
            guard let path = record.operation.path else { continue }
            var record = record
            do throws(CaptureError) {
                record.undo.before = try capture(
                    ExecutorPath.beside(path, temporaryName(record.index)), depth: .everything, for: record.resource
                ).state
            } catch {
                throw error.stop(record.resource)
            }
            ledger.records[record.index] = record
            updated.append(record)
        }
        try store { () throws(StoreError) in
            try journal.recordIntents(run: run.name, steps: updated, retaining: versions)
        }
        try pass(.committed)
    }

    /// Makes the names that steps changed durable.
    func syncNames(_ records: [StepRecord]) throws(StepStop) {
        try sync(try names(changedBy: records))
    }

    /// Makes names durable.
    func sync(_ names: ChangedNames) throws(StepStop) {
        guard let resource = names.resource else { return }
        try attempt(resource) { () throws(HostError) in
            try host.sync(files: names.files.sorted(), directories: names.directories.sorted(), permit: permit())
        }
        try pass(.directoriesSynced)
    }

    private func names(changedBy records: [StepRecord]) throws(StepStop) -> ChangedNames {
        var names = ChangedNames()
        for record in records {
            guard let path = record.operation.path else { continue }
            if record.operation.replaces {
                names.insert(directory: ExecutorPath.parent(of: path), for: record.resource)
            }
            guard case .setMetadata = record.operation else { continue }
            switch try attempt(record.resource, { () throws(HostError) in try host.status(of: path)?.type }) {
            case .regular: names.insert(file: path, for: record.resource)
            case .directory: names.insert(directory: path, for: record.resource)
            default: names.insert(directory: ExecutorPath.parent(of: path), for: record.resource)
            }
        }
        return names
    }

    /// Makes the links durable that enabling, disabling and masking units changed, which systemd does not sync.
    func syncUnitLinks(_ records: [StepRecord]) throws(StepStop) {
        let linking = records.first { record in
            if case .unit(_, let action) = record.operation { UnitAction.linking.contains(action) } else { false }
        }
        guard let linking else { return }
        try attempt(linking.resource) { () throws(HostError) in
            guard try host.status(of: unitDirectory)?.type == .directory else { return }
            let names = try host.entries(of: unitDirectory, limit: 1 << 20)
            let wanting = names.filter { $0.hasSuffix(".wants") || $0.hasSuffix(".requires") }
            let directories = [unitDirectory] + wanting.map { ExecutorPath.below(unitDirectory, $0) }
            try host.sync(files: [], directories: directories, permit: permit())
        }
        try pass(.directoriesSynced)
    }

    /// Records results, with what follows from them for rows, in one deferred commit.
    func record(_ states: [StepResult], _ updates: [ResourceUpdate]) throws(StepStop) {
        try store { () throws(StoreError) in
            try journal.recordResults(run: run.name, states: states, updates: updates, at: host.wallTime())
        }
        try pass(.recorded)
    }
}

extension StepHand {
    /// What is known of the resources that a batch brought in sync; one that leaves the host has no row to keep.
    private func updates(
        completedBy batch: RunLayout.Batch, _ ledger: RunLedger
    ) throws(StepStop) -> [ResourceUpdate] {
        let (now, completed) = (host.wallTime(), batch.completed)
        let pieces = Mutex<[Int: Result<[ResourceUpdate], StepStop>]>([:])
        worker.forEachParallel(count: completed.count, chunk: 512) { range in
            let piece = Result { () throws(StepStop) in try updates(completing: completed[range], now, ledger) }
            pieces.withLock { $0[range.lowerBound] = piece }
        }
        var found: [ResourceUpdate] = []
        found.reserveCapacity(completed.count)
        for (_, piece) in pieces.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { found += try piece.get() }
        return found
    }

    private func updates(
        completing changes: ArraySlice<Int>, _ now: WallTime, _ ledger: RunLedger
    ) throws(StepStop) -> [ResourceUpdate] {
        var updates: [ResourceUpdate] = []
        updates.reserveCapacity(changes.count)
        for position in changes {
            let change = run.plan.changes[position]
            guard let declared = ledger.declared[change.resource] else { continue }
            var update = ResourceUpdate(change.resource, phase: .inSync, run: run.name)
            if run.plan.cause == .drift {
                update.drift = DriftRecord(
                    time: ledger.noticed[change.resource] ?? run.createdTime, repairedTime: now, run: run.name,
                    actor: change.actor ?? DriftActor(unknown: RunLedger.withoutEvent))
            }
            update.beforeAdoption = stateBefore(position, ledger).map { .first($0) }
            if case .unit(let unit) = declared.attributes {
                let row = try store { () throws(StoreError) in try resources.rows(ids: [change.resource]).first }
                let known = row?.beforeAdoption ?? (row?.status.lastRun == nil ? stateBefore(position, ledger) : nil)
                update.beforeAdoption = .replacing(
                    UnitBefore.merged(known, adding: filesBefore(position, ledger), of: change.resource, unit))
            }
            updates.append(update)
        }
        return updates
    }

    /// What was at a resource before the run, for a resource that was not managed before.
    private func stateBefore(_ change: Int, _ ledger: RunLedger) -> StateBefore? {
        let id = run.plan.changes[change].resource
        return layout.stepsOfChange[change].lazy.compactMap { ledger.records[$0] }.first { record in
            if case .none = record.undo.before { return false }
            return id.type.isPath ? record.operation.path == id.identity : record.operation.path == nil
        }?.undo.before
    }
}

extension StepHand {
    /// What was at the paths of a unit's files before the run wrote them; nothing when it repaired drift, as that is
    /// not what was there before they were managed.
    private func filesBefore(_ change: Int, _ ledger: RunLedger) -> [NamedState] {
        guard run.plan.cause != .drift else { return [] }
        return layout.stepsOfChange[change].compactMap { index in
            guard let record = ledger.records[index], case .writeFile(let path, _, _) = record.operation,
                path != unitDirectory, path.isPath(atOrBelow: unitDirectory)
            else { return nil }
            return NamedState(
                name: String(path.droppingFirst(bytes: unitDirectory.utf8.count + 1)), state: record.undo.before)
        }
    }
}

extension StepRecord {
    /// Whether the step moves something to its temporary name that must be discarded.
    var displaces: Bool {
        if case .absent = undo.before { false } else { operation.replaces }
    }
}

extension StepRecord {
    /// The declared directory that the step works below; nil when it works on the declared path itself.
    var top: String? {
        guard resource.type == .directory, let path = operation.path, path != resource.identity else { return nil }
        return path.utf8.starts(with: (resource.identity == "/" ? "/" : resource.identity + "/").utf8)
            ? resource.identity : nil
    }
}
