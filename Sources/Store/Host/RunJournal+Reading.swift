import FoundationEssentials
import GRDB
public import Model

extension RunJournal {
    private static let columns = """
        sequence, phase, version, cause, commit_name, plan_hash, changes, steps, requested_by, message, created,
        started, completed
        """

    /// The run with a name; throws `.notFound`.
    public func run(named name: String) throws(StoreError) -> RunRecord {
        let sequence = try Self.sequence(of: name)
        let record = try database.read("read run '\(name)'") { database in
            try Self.records(database, "WHERE r.sequence = ?", [sequence]).first
        }
        guard let record else { throw Self.notFound(name) }
        return record
    }

    /// The newest runs, newest first; with `sequence` those older than it.
    public func runs(limit: Int, before sequence: Int64? = nil) throws(StoreError) -> [RunRecord] {
        try database.read("list runs") { database in
            try Self.records(
                database, "WHERE r.sequence < ? ORDER BY r.sequence DESC LIMIT ?", [sequence ?? Int64.max, limit])
        }
    }

    /// The newest runs without their plans, newest first; with `sequence` those older than it.
    public func summaries(limit: Int, before sequence: Int64? = nil) throws(StoreError) -> [RunSummary] {
        try database.read("list runs") { database in
            try Self.summaries(
                database, "WHERE sequence < ? ORDER BY sequence DESC LIMIT ?", [sequence ?? Int64.max, limit])
        }
    }

    /// The run with a name without its plan; throws `.notFound`.
    public func summary(named name: String) throws(StoreError) -> RunSummary {
        let sequence = try Self.sequence(of: name)
        let summary = try database.read("read run '\(name)'") { database in
            try Self.summaries(database, "WHERE sequence = ?", [sequence]).first
        }
        guard let summary else { throw Self.notFound(name) }
        return summary
    }

    /// Every run that is not settled, oldest first: what recovery begins with.
    public func unsettled() throws(StoreError) -> [RunRecord] {
        try database.read("list unsettled runs") { database in
            try Self.records(database, "WHERE r.settled = 0 ORDER BY r.sequence", [])
        }
    }

    /// How many runs that are not settled are in each phase.
    public func unsettledCounts() throws(StoreError) -> [RunPhase: Int] {
        try database.read("count unsettled runs") { database in
            var counts: [RunPhase: Int] = [:]
            let phases = try database.allRows("SELECT sequence, phase FROM runs WHERE settled = 0", []) { row in
                try Self.phase(row[1], Self.name(of: row[0]))
            }
            for phase in phases { counts[phase, default: 0] += 1 }
            return counts
        }
    }

    /// The runs in a phase that is not settled, without their plans, oldest first.
    public func unsettled(in phase: RunPhase) throws(StoreError) -> [RunSummary] {
        try database.read("list unsettled runs") { database in
            try Self.summaries(database, "WHERE settled = 0 AND phase = ? ORDER BY sequence", [phase.rawValue])
        }
    }

    /// The sequences of every run that is not settled, oldest first.
    public func unsettledSequences() throws(StoreError) -> [Int64] {
        try database.read("list unsettled runs") { database in
            try database.allRows("SELECT sequence FROM runs WHERE settled = 0 ORDER BY sequence", []) { $0[0] as Int64 }
        }
    }

    /// The runs that changed after a version, in the order of their changes; each once, as it is now.
    public func changes(after version: ResourceVersion, limit: Int = 500) throws(StoreError) -> [RunSummary] {
        try database.read("list changed runs") { database in
            try Self.summaries(
                database, "WHERE version > ? ORDER BY version LIMIT ?", [Int64(version.value), limit])
        }
    }

    /// The version of the last change of a run that is kept.
    public func latestVersion() throws(StoreError) -> ResourceVersion {
        try database.read("read the version of the runs") { database in
            ResourceVersion(UInt64(try database.number("SELECT max(version) FROM runs")))
        }
    }

    /// A signal after each commit that changed a run; signals that nobody took yet are one.
    public func updates() -> AsyncStream<Void> { database.signals.stream(.runs) }

    /// The steps of a run in the order of their indices, with how far each came; with `index` those after it.
    public func steps(of name: String, after index: Int? = nil, limit: Int? = nil) throws(StoreError) -> [StepRecord] {
        let sequence = try Self.sequence(of: name)
        return try database.read("read the steps of run '\(name)'") { database in
            guard try database.number("SELECT count(*) FROM runs WHERE sequence = ?", [sequence]) > 0 else {
                throw Self.notFound(name)
            }
            var steps = try database.allRows(
                "SELECT data, id FROM steps WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
                [
                    Self.stepKey(sequence, 0) + Int64(index ?? -1), Self.stepKey(sequence + 1, 0),
                    limit ?? Self.stepLimit,
                ]
            ) { row in
                let step = try RowCoding.decode(StepRecord.self, row[0] as Data?, what: "step of run '\(name)'")
                guard Self.stepKey(sequence, step.index) == row[1] else {
                    throw RowCoding.corrupt("step of run '\(name)'", "it stands in the place of another")
                }
                return step
            }
            let states = try StepStates(of: sequence, database).newest
            for position in steps.indices {
                guard let known = states[steps[position].index] else { continue }
                steps[position].state = known.state
                steps[position].message = known.message
            }
            return steps
        }
    }

    private static func records(
        _ database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [RunRecord] {
        try database.allRows(
            """
            SELECT r.sequence, r.phase, r.plan_hash, r.requested_by, r.message, r.created, r.started, r.completed,
                p.data
            FROM runs r JOIN run_plans p ON p.run = r.sequence \(condition)
            """, arguments
        ) { row in
            let sequence = row[0] as Int64
            let name = name(of: sequence)
            return RunRecord(
                name: name, sequence: sequence,
                plan: try RowCoding.decode(Plan.self, row[8] as Data?, what: "plan of run '\(name)'"),
                planHash: row[2], requestedBy: row[3], phase: try phase(row[1], name), message: row[4],
                createdTime: WallTime(nanoseconds: row[5]),
                startTime: (row[6] as Int64?).map(WallTime.init(nanoseconds:)),
                completionTime: (row[7] as Int64?).map(WallTime.init(nanoseconds:)))
        }
    }

    private static func summaries(
        _ database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [RunSummary] {
        var summaries = try database.allRows("SELECT \(columns) FROM runs \(condition)", arguments) { row in
            let sequence = row[0] as Int64
            let name = name(of: sequence)
            guard let cause = PlanCause(rawValue: row[3] as String) else { throw corrupt(name, "cause") }
            return RunSummary(
                name: name, sequence: sequence, version: ResourceVersion(UInt64(row[2] as Int64)),
                spec: WorkflowRunKind.Spec(
                    cause: cause, commit: row[4], planHash: row[5], changes: row[6], requestedBy: row[8]),
                phase: try phase(row[1], name), message: row[9], stepsDone: 0, stepsTotal: row[7],
                createdTime: WallTime(nanoseconds: row[10]),
                startTime: (row[11] as Int64?).map(WallTime.init(nanoseconds:)),
                completionTime: (row[12] as Int64?).map(WallTime.init(nanoseconds:)))
        }
        for index in summaries.indices {
            summaries[index].stepsDone = try StepStates(of: summaries[index].sequence, database).count(of: .done)
        }
        return summaries
    }

    private static func phase(_ text: String, _ name: String) throws(StoreError) -> RunPhase {
        guard let phase = RunPhase(rawValue: text) else { throw corrupt(name, "phase") }
        return phase
    }

    private static func corrupt(_ name: String, _ what: String) -> StoreError {
        StoreError(.corrupt, "cannot read run '\(name)': its stored \(what) is not known to this version")
    }
}
