import FoundationEssentials
import GRDB
import Model

extension ResourceTable {
    /// Writes updates within a transaction, and tells watchers after it.
    ///
    /// The database compares and merges, so that no row is read back: thousands change in one run.
    func write(_ updates: [ResourceUpdate], at time: WallTime, _ transaction: WriteTransaction) throws {
        if updates.isEmpty { return }
        transaction.changesPhases = true
        try transaction.expect(rows: updates.count)
        let last = try transaction.raiseVersion(of: partition, count: updates.count).value
        var written: [ResourceID] = []
        var (update, upsert) = (
            try transaction.database.rows(Self.updateSQL), try transaction.database.rows(Self.upsertSQL)
        )
        let isWatched = database.hub.isWatched(ResourceKind.descriptor.kind, in: partition)
        for (offset, learnt) in updates.enumerated() {
            let version = Int64(last) - Int64(updates.count - 1 - offset)
            if learnt.declared == nil {
                try Self.run(&update, for: learnt, at: time, version: version)
            } else {
                try Self.run(&upsert, for: learnt, at: time, version: version)
            }
            if isWatched, transaction.database.changesCount > 0 { written.append(learnt.id) }
        }
        try database.resourceHold.bound(transaction)
        try tell(written, transaction)
    }

    /// Tells watchers of rows that the transaction wrote.
    func tell(_ ids: [ResourceID], _ transaction: WriteTransaction) throws {
        guard database.hub.isWatched(ResourceKind.descriptor.kind, in: partition) else { return }
        var events: [WatchEvent] = []
        for id in ids {
            let stored = try transaction.database.firstRow(
                Self.select + " WHERE name = ?", [id.name], StoredResource.init(row:))
            guard let stored else { continue }
            let object = try stored.object(in: partition)
            events.append(stored.createdVersion == stored.version ? .added(object) : .modified(object))
        }
        let (hub, partition) = (database.hub, partition)
        transaction.whenCommitted { hub.publish(events, of: ResourceKind.descriptor.kind, in: partition) }
    }

    private static func run(
        _ row: inout RowStatement, for update: ResourceUpdate, at time: WallTime, version: Int64
    ) throws {
        var before: StateBefore?
        var replaces = false
        switch update.beforeAdoption {
        case .first(let state): before = state
        case .replacing(let state): (before, replaces) = (state, true)
        case nil: break
        }
        let pins = before.map { ContentReferences.of($0) } ?? []
        try row.bind(update.id.name)
        try row.bind(version)
        try row.bind(time.nanoseconds)
        try row.bind(update.phase.rawValue)
        try row.bind(update.reason?.rawValue)
        try row.bind(update.message)
        try row.bind(update.run)
        try row.bind(update.drift.map { try RowCoding.encodeRow($0) })
        try row.bind(before.map { $0 == .absent ? try absence.get() : try RowCoding.encodeRow($0) })
        try row.bind(pins.isEmpty ? nil : [UInt8](ContentPins.data(pins)))
        try row.bind(update.declared.map { try RowCoding.encodeRow($0) })
        try row.bind(replaces ? 1 : 0)
        try row.run()
    }

    /// What was before most resources that a blueprint makes, encoded once.
    private static let absence = Result { () throws(StoreError) in try RowCoding.encodeRow(StateBefore.absent) }

    /// ?1 name, ?2 version, ?3 time, ?4 phase, ?5 reason, ?6 message, ?7 run, ?8 drift, ?9 before, ?10 pins,
    /// ?11 declared, ?12 whether ?9 replaces what is known.
    ///
    /// The time of a condition moves with its status only.
    private static let assignments = """
        version = ?2, phase = ?4, reason = ?5, message = ?6,
        since = CASE WHEN phase = ?4 THEN since ELSE ?3 END,
        ready_since = CASE WHEN (phase = 'InSync') = (?4 = 'InSync') THEN ready_since ELSE ?3 END,
        reconciling_since = CASE WHEN (phase = 'Pending') = (?4 = 'Pending') THEN reconciling_since ELSE ?3 END,
        stalled_since = CASE WHEN (phase = 'Failed') = (?4 = 'Failed') THEN stalled_since ELSE ?3 END,
        last_run = coalesce(?7, last_run), drift = coalesce(?8, drift), declared = coalesce(?11, declared),
        before = CASE WHEN ?12 OR (before IS NULL AND last_run IS NULL) THEN ?9 ELSE before END,
        pins = CASE WHEN ?12 OR (before IS NULL AND last_run IS NULL) THEN ?10 ELSE pins END
        """
    private static let differs = """
        phase <> ?4 OR reason IS NOT ?5 OR message IS NOT ?6 OR last_run IS NOT coalesce(?7, last_run)
        OR drift IS NOT coalesce(?8, drift) OR declared IS NOT coalesce(?11, declared) OR ?12
        """
    private static let updateSQL = "UPDATE resources SET \(assignments) WHERE name = ?1 AND (\(differs))"
    private static let upsertSQL = """
        INSERT INTO resources (name, version, created_version, created, phase, reason, message, since, ready_since,
            reconciling_since, stalled_since, last_run, drift, before, pins, declared)
        VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?3, ?3, ?3, ?3, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (name) DO UPDATE SET \(assignments) WHERE \(differs)
        """
}
