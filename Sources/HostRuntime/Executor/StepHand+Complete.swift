import LinuxIO
import Model
import Store

extension StepHand {
    /// Makes a verified batch final: keeps what others wrote meanwhile, records the results, discards what was
    /// displaced and syncs the directories.
    ///
    /// The results need not be synced, for recovery derives them. They are recorded before anything is discarded, so
    /// that a journal which cannot be written still finds the old files under their temporary names.
    func complete(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        guard batch.isFiles else {
            try syncUnitLinks(batch.steps.compactMap { ledger.records[$0] })
            return try recordDone(batch, &ledger)
        }
        let trees = try keepDisplaced(batch, &ledger)
        try recordDone(batch, &ledger)
        for record in batch.steps.compactMap({ ledger.records[$0] }) where record.displaces {
            guard let path = record.operation.path else { continue }
            try discard(record, temporaryName(record.index), path, isDirectory: trees.contains(record.index))
            try pass(.discarded(step: record.index))
        }
        try syncNames(batch.steps.compactMap { ledger.records[$0] })
    }

    /// Records that a batch is done, with the rows of the changes that it completes.
    func recordDone(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        var states: [StepResult] = []
        for index in batch.steps {
            ledger.records[index]?.state = .done
            states.append(StepResult(index: index, state: .done))
        }
        let rows = try rows(completedBy: batch, ledger)
        try record(states, rows)
    }

    /// Keeps what others wrote into what the batch displaced, and returns the steps that displaced directories.
    private func keepDisplaced(
        _ batch: RunLayout.Batch, _ ledger: inout RunLedger
    ) throws(StepStop) -> Set<Int> {
        let displaced = batch.steps.compactMap { ledger.records[$0] }.filter(\.displaces)
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
        var directories: Set<String> = []
        var files: Set<String> = []
        for record in records {
            guard let path = record.operation.path else { continue }
            if record.operation.replaces { directories.insert(ExecutorPath.parent(of: path)) }
            guard case .setMetadata = record.operation else { continue }
            switch try attempt(record.resource, { () throws(HostError) in try host.status(of: path)?.type }) {
            case .regular: files.insert(path)
            case .directory: directories.insert(path)
            default: directories.insert(ExecutorPath.parent(of: path))
            }
        }
        guard let first = records.first, !(directories.isEmpty && files.isEmpty) else { return }
        try attempt(first.resource) { () throws(HostError) in
            try host.sync(files: files.sorted(), directories: directories.sorted(), permit: permit())
        }
        try pass(.directoriesSynced)
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

    /// Records results, with the rows that follow from them, in one deferred commit.
    func record(_ states: [StepResult], _ rows: [ResourceRow]) throws(StepStop) {
        try store { () throws(StoreError) in
            try journal.recordResults(run: run.name, states: states, rows: rows)
        }
        try pass(.recorded)
    }
}

extension StepHand {
    /// The rows of resources that a batch brought in sync.
    private func rows(
        completedBy batch: RunLayout.Batch, _ ledger: RunLedger
    ) throws(StepStop) -> [ResourceRow] {
        guard !batch.completed.isEmpty else { return [] }
        let ids = batch.completed.map { run.plan.changes[$0].resource }
        let existing = try store { () throws(StoreError) in try resources.rows(ids: ids) }
        var known: [ResourceID: ResourceRow] = [:]
        for row in existing { known[row.id] = row }
        let now = host.wallTime()
        return zip(batch.completed, ids).compactMap { change, id in
            guard let declared = ledger.declared[id] else { return nil }
            var row = known[id] ?? ResourceRow(id: id, declared: declared, status: .init(), createdTime: now)
            row.declared = declared
            if row.beforeAdoption == nil, row.status.lastRun == nil { row.beforeAdoption = stateBefore(change, ledger) }
            if case .unit(let unit) = declared.attributes {
                row.noteFiles(filesBefore(change, ledger), of: unit)
            }
            row.markInSync(by: run, at: now)
            return row
        }
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
                path.hasPrefix(unitDirectory + "/")
            else { return nil }
            return NamedState(name: String(path.dropFirst(unitDirectory.count + 1)), state: record.undo.before)
        }
    }
}

extension ResourceRow {
    /// Keeps what was there before files that a unit declares, where that is not known yet.
    mutating func noteFiles(_ found: [NamedState], of unit: UnitAttributes) {
        let declared = unit.fileNames(of: id.identity)
        var before = UnitBefore(activeState: "", unitFileState: "")
        if case .unit(let known)? = beforeAdoption { before = known }
        let fresh = found.filter { file in
            declared.contains(file.name) && before.files?.contains { $0.name == file.name } != true
        }
        guard !fresh.isEmpty else { return }
        before.files = (before.files ?? []) + fresh
        beforeAdoption = .unit(before)
    }

    /// Notes that a run brought the resource in sync.
    mutating func markInSync(by run: RunRecord, at now: WallTime) {
        if status.phase != .inSync { status.lastTransitionTime = now }
        status.phase = .inSync
        status.message = nil
        status.lastRun = run.name
        if let drift = status.lastDrift, drift.repairedTime == nil {
            status.lastDrift?.repairedTime = now
            status.lastDrift?.run = run.name
        }
    }
}

extension StepRecord {
    /// Whether the step moves something to its temporary name that must be discarded.
    var displaces: Bool {
        if case .absent = undo.before { false } else { operation.replaces }
    }
}
