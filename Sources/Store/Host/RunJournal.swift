import FoundationEssentials
import GRDB
public import LinuxIO
public import Model

/// The durable truth about runs: what was meant to be done, how to go back, and what became of it.
///
/// Runs are numbered and never forgotten while unsettled. Intents are synced before the first effect (I2); results need
/// not be, as recovery derives them by observing. Everything a run's steps refer to is pinned in the content store
/// from the intent on until the run is settled.
public final class RunJournal: Sendable {
    /// The most steps that one run can have.
    public static let stepLimit = 1 << 20
    let database: HostDatabase
    let partition: Partition

    /// Opens the journal of a database.
    public init(_ database: HostDatabase, partition: Partition = .local) {
        self.database = database
        self.partition = partition
    }

    /// Stores a new run and returns it with its sequence and name.
    ///
    /// What its plan's content refers to is pinned.
    ///
    /// Deferred suffices for a run that goes on to `recordIntents`, whose commit makes this one durable too.
    public func create(_ run: RunRecord, durability: Durability = .synced) throws(StoreError) -> RunRecord {
        // Before the turn to write: another write may be under way.
        let encoded = try RowCoding.encode(run.plan)
        let named = try named(run)
        try database.write(durability, "record run '\(named.name)'") { try insert(named, encoded, $0) }
        return named
    }

    /// Names a new run at once and stores it, as `create` does, while the caller does something else.
    ///
    /// The write has its turn before all that is asked for later. Whoever began it waits for it: where it failed, there
    /// is no run of that name.
    public func begin(
        _ run: RunRecord, durability: Durability
    ) throws(StoreError) -> (run: RunRecord, write: PendingCall<StoreError>) {
        let named = try named(run)
        let write = database.writeLater(durability, "record run '\(named.name)'") { transaction in
            try self.insert(named, try RowCoding.encode(named.plan), transaction)
        }
        return (named, write)
    }

    /// Names a new run, and stores nothing: there is no run of that name until `recordIntents` or `store` creates it.
    public func name(_ run: RunRecord) throws(StoreError) -> RunRecord { try named(run) }

    /// Stores a run that was named, unless it is there already.
    public func store(_ run: RunRecord, durability: Durability) throws(StoreError) {
        let encoded = try RowCoding.encode(run.plan)
        try database.write(durability, "record run '\(run.name)'") { transaction in
            guard try isSettled(run.sequence, transaction.database) == nil else { return }
            try insert(run, encoded, transaction)
        }
    }

    private func named(_ run: RunRecord) throws(StoreError) -> RunRecord {
        var run = run
        run.sequence = try database.nextRun()
        run.name = Self.name(of: run.sequence)
        return run
    }

    private func insert(_ run: RunRecord, _ encoded: Data, _ transaction: WriteTransaction) throws {
        try transaction.raise(.runs, to: run.sequence)
        let version = try transaction.raiseVersion(of: partition)
        let plan = run.plan
        try transaction.database.run(
            """
            INSERT INTO runs (sequence, phase, settled, version, cause, commit_name, plan_hash, changes, steps,
                requested_by, message, created, started, completed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)
            """,
            [
                run.sequence, run.phase.rawValue, run.phase.isSettled, Int64(version.value), plan.cause.rawValue,
                plan.commit, run.planHash, plan.changes.count, run.requestedBy, run.message,
                run.createdTime.nanoseconds, run.startTime?.nanoseconds, run.completionTime?.nanoseconds,
            ])
        try transaction.database.run("INSERT INTO run_plans (run, data) VALUES (?, ?)", [run.sequence, encoded])
        if !run.phase.isSettled {
            let digests = ContentReferences.of(plan)
            try ContentPins.add(digests, owner: ContentPins.owner(run: run.sequence), transaction.database)
        }
    }

    /// Makes the intents of steps durable with everything that undoing them needs; one sync, whatever their number.
    ///
    /// `retaining` are the versions that the steps replace; they stay recoverable when the run is settled (I4).
    /// `staged` has those of their bytes that are not stored yet; `loop` encodes on several threads. With `creating`, a
    /// run that was only named is stored in the same transaction.
    ///
    /// Throws `.full` when nothing more can make room for them.
    public func recordIntents(
        run name: String, steps: [StepRecord], retaining versions: [RetainedVersion] = [],
        storing staged: [StagedContent] = [], creating named: RunRecord? = nil,
        _ loop: ParallelLoop = { count, _, body in body(0..<count) }
    ) throws(StoreError) {
        let encoded = try RowCoding.encodeEach(steps, loop)
        let created = try named.map { named throws(StoreError) in (run: named, plan: try RowCoding.encode(named.plan)) }
        guard let content = staged.first?.store else {
            _ = try recordIntents(run: name, created, steps, encoded, retaining: versions) { _ in 0 }
            return
        }
        let blobs = staged.flatMap(\.blobs)
        try content.makingRoom { () throws(StoreError) in
            try recordIntents(run: name, created, steps, encoded, retaining: versions) { try content.insert(blobs, $0) }
        }
    }

    /// Records intents after `store` stored what they refer to; what it says is lacking is returned, and nothing
    /// recorded then.
    private func recordIntents(
        run name: String, _ created: (run: RunRecord, plan: Data)?, _ steps: [StepRecord], _ encoded: [[UInt8]],
        retaining versions: [RetainedVersion], after store: (Database) throws -> Int64
    ) throws(StoreError) -> Int64 {
        let sequence = try Self.sequence(of: name)
        return try database.write(.synced, "record the intents of run '\(name)'") { transaction in
            if created == nil { try requireUnsettled(sequence, transaction.database) }
            let lacking = try store(transaction.database)
            if lacking > 0 { return lacking }
            if let created { try insert(created.run, created.plan, transaction) }
            try transaction.expect(rows: steps.count)
            var row = try transaction.database.rows("INSERT OR REPLACE INTO steps (id, data) VALUES (?, ?)")
            for (step, data) in zip(steps, encoded) {
                guard step.index >= 0, step.index < Self.stepLimit else {
                    throw StoreError(
                        .invalid,
                        "cannot record step \(step.index) of run '\(name)': a run has at most \(Self.stepLimit)")
                }
                try row.bind(Self.stepKey(sequence, step.index))
                try row.bind(data)
                try row.run()
            }
            let digests = ContentReferences.of(steps)
            try ContentPins.add(digests, owner: ContentPins.owner(run: sequence), transaction.database)
            for version in versions { try RetainedVersion.insert(version, transaction.database) }
            let known = (steps.map(\.index).max() ?? -1) + 1
            try touch(sequence, stepsKnown: known, transaction)
            return 0
        }
    }

    /// Records what became of steps, and of their resources at a time, in one deferred transaction.
    public func recordResults(
        run name: String, states: [StepResult], updates: [ResourceUpdate] = [], at time: WallTime
    ) throws(StoreError) {
        let sequence = try Self.sequence(of: name)
        try database.write(.deferred, "record the results of run '\(name)'") { transaction in
            for range in StepRange.merging(states) {
                guard range.first >= 0, range.last < Self.stepLimit else {
                    throw StoreError(.invalid, "cannot record step \(range.last) of run '\(name)': there is none")
                }
                try transaction.database.run(
                    "INSERT INTO step_results (run, first, last, state, message) VALUES (?, ?, ?, ?, ?)",
                    [sequence, range.first, range.last, range.state.rawValue, range.message])
            }
            try touch(sequence, stepsKnown: 0, transaction)
            try ResourceTable(database, partition: partition).write(updates, at: time, transaction)
        }
    }

    /// Moves a run to another phase.
    ///
    /// Settling it ends the pins of its content.
    ///
    /// Throws `.conflict` for a run that is settled already in another phase, `.notFound`.
    public func transition(
        run name: String, to phase: RunPhase, message: String? = nil, time: WallTime, durability: Durability
    ) throws(StoreError) {
        let sequence = try Self.sequence(of: name)
        try database.write(durability, "move run '\(name)' to \(phase.rawValue)") { transaction in
            let stored = try transaction.database.firstRow(
                "SELECT phase FROM runs WHERE sequence = ?", [sequence]
            ) { $0[0] as String }
            guard let stored else { throw Self.notFound(name) }
            let before = RunPhase(rawValue: stored)
            if before == phase && phase.isSettled { return }
            guard before?.isSettled != true else { throw Self.settled(name) }
            let version = try transaction.raiseVersion(of: partition)
            try transaction.database.run(
                """
                UPDATE runs SET phase = ?, settled = ?, message = coalesce(?, message), version = ?,
                    started = CASE WHEN ? THEN coalesce(started, ?) ELSE started END,
                    completed = CASE WHEN ? THEN ? ELSE completed END
                WHERE sequence = ?
                """,
                [
                    phase.rawValue, phase.isSettled, message, Int64(version.value), phase == .running,
                    time.nanoseconds, phase.isSettled, time.nanoseconds, sequence,
                ])
            if phase.isSettled {
                try ContentPins.remove(owner: ContentPins.owner(run: sequence), transaction.database)
            }
            transaction.whenCommitted { self.database.signals.send(.runs) }
        }
    }

    /// Removes settled runs that are neither among the newest `keep` nor newer than `time`, and returns how many.
    @discardableResult
    public func prune(keep: Int, olderThan time: WallTime) throws(StoreError) -> Int {
        try database.write(.deferred, "remove old runs") { transaction in
            let old = try transaction.database.allRows(
                """
                SELECT sequence FROM runs WHERE settled = 1 AND completed < ? AND sequence <=
                    (SELECT sequence FROM runs ORDER BY sequence DESC LIMIT 1 OFFSET ?)
                ORDER BY sequence LIMIT 1000
                """, [time.nanoseconds, max(0, keep)]
            ) { $0[0] as Int64 }
            for sequence in old { try remove(sequence, transaction.database) }
            if !old.isEmpty { transaction.whenCommitted { self.database.signals.send(.runs) } }
            return old.count
        }
    }

    private func remove(_ sequence: Int64, _ database: Database) throws {
        try database.run("DELETE FROM runs WHERE sequence = ?", [sequence])
        try database.run("DELETE FROM run_plans WHERE run = ?", [sequence])
        try database.run("DELETE FROM step_results WHERE run = ?", [sequence])
        try database.run(
            "DELETE FROM steps WHERE id >= ? AND id < ?",
            [Self.stepKey(sequence, 0), Self.stepKey(sequence + 1, 0)])
        try ContentPins.remove(owner: ContentPins.owner(run: sequence), database)
    }

    private func requireUnsettled(_ sequence: Int64, _ database: Database) throws {
        let name = Self.name(of: sequence)
        guard let isSettled = try isSettled(sequence, database) else { throw Self.notFound(name) }
        if isSettled { throw Self.settled(name) }
    }

    /// Whether a run is settled; nil where there is none.
    private func isSettled(_ sequence: Int64, _ database: Database) throws -> Bool? {
        try database.firstRow("SELECT settled FROM runs WHERE sequence = ?", [sequence]) { $0[0] as Bool }
    }

    /// Steps are numbered without gaps, so the highest number says how many there are, however often one is recorded.
    private func touch(_ sequence: Int64, stepsKnown: Int, _ transaction: WriteTransaction) throws {
        let version = try transaction.raiseVersion(of: partition)
        try transaction.database.run(
            "UPDATE runs SET steps = max(steps, ?), version = ? WHERE sequence = ?",
            [stepsKnown, Int64(version.value), sequence])
        transaction.whenCommitted { self.database.signals.send(.runs) }
    }
}

extension RunJournal {
    /// The name of the run with a number.
    package static func name(of sequence: Int64) -> String { "run-\(sequence)" }

    static func sequence(of name: String) throws(StoreError) -> Int64 {
        guard name.hasPrefix("run-"), let sequence = Int64(name.dropFirst(4)), sequence > 0 else {
            throw notFound(name)
        }
        return sequence
    }

    /// Steps of a run stand together in the order of their indices.
    static func stepKey(_ sequence: Int64, _ index: Int) -> Int64 { sequence << 20 | Int64(index) }

    static func notFound(_ name: String) -> StoreError {
        StoreError(.notFound, "there is no run '\(name)'; 'aetherctl runs' lists those that are kept")
    }

    static func settled(_ name: String) -> StoreError {
        StoreError(.conflict, "run '\(name)' is settled already; nothing more can happen to it")
    }
}
