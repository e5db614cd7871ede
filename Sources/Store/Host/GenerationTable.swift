import FoundationEssentials
import GRDB
public import Model
import Synchronization

/// The generations that are kept; each pins the content that its resources declare.
public final class GenerationTable: Sendable {
    private static let columns = "number, state, message, description, resources, created, converged"
    private let database: HostDatabase
    /// The generation that was inserted last, until somebody reads it: its reader follows at once, and decoding what
    /// was just encoded would cost a first convergence a tenth of its time.
    private let inserted = Mutex<GenerationRecord?>(nil)

    /// Opens the generations of a database.
    public init(_ database: HostDatabase) { self.database = database }

    /// Encodes a compiled commit, which needs no turn to write; `loop` does so on several threads.
    public func encode(
        _ candidate: GenerationRecord, _ loop: ParallelLoop = { count, _, body in body(0..<count) }
    ) throws(StoreError) -> EncodedGeneration {
        EncodedGeneration(
            record: candidate, commit: try RowCoding.encode(candidate.commit),
            resources: try RowCoding.encodeArray(candidate.resources, loop),
            withheld: candidate.withheld.isEmpty ? nil : try RowCoding.encode(candidate.withheld),
            pins: ContentPins.data(ContentReferences.of(candidate.resources)))
    }

    /// Stores a compiled commit, durably, and returns it with its number.
    public func insert(_ candidate: GenerationRecord) throws(StoreError) -> GenerationRecord {
        try insert(try encode(candidate))
    }

    /// Stores a compiled commit, durably, and returns it with its number.
    public func insert(_ encoded: EncodedGeneration) throws(StoreError) -> GenerationRecord {
        try database.write(
            .synced, "store the generation of commit '\(encoded.record.commit.commit)'"
        ) { transaction in
            var record = encoded.record
            record.number = try transaction.raise(.generations)
            try transaction.database.run(
                """
                INSERT INTO generations (number, state, message, description, resources, created, converged)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    record.number, record.state.rawValue, record.message, encoded.commit, record.resources.count,
                    record.createdTime.nanoseconds, record.convergedTime?.nanoseconds,
                ])
            try transaction.database.run(
                "INSERT INTO generation_resources (number, data, pins, withheld) VALUES (?, ?, ?, ?)",
                [record.number, encoded.resources, encoded.pins, encoded.withheld])
            // Within the transaction's turn, and before anybody hears of it: what follows meets it in order.
            transaction.whenCommitted { [record] in self.inserted.withLock { $0 = record } }
            self.signal(after: transaction)
            return record
        }
    }

    /// Records what became of a generation, durably.
    ///
    /// Throws `.notFound`.
    public func setState(
        _ number: Int64, to state: GenerationState, message: String? = nil, time: WallTime
    ) throws(StoreError) {
        try database.write(.synced, "record the state of generation \(number)") { transaction in
            let found = try transaction.database.firstRow(
                """
                UPDATE generations SET state = ?, message = ?,
                    converged = CASE WHEN ? THEN coalesce(converged, ?) ELSE converged END
                WHERE number = ? RETURNING number
                """,
                [state.rawValue, message, state == .good, time.nanoseconds, number]
            ) { $0[0] as Int64 }
            guard found != nil else { throw Self.notFound(number) }
            self.forget([number], after: transaction)
            self.signal(after: transaction)
        }
    }

    /// A generation with its resources.
    ///
    /// Throws `.notFound`.
    public func generation(_ number: Int64) throws(StoreError) -> GenerationRecord {
        let recent = inserted.withLock { inserted in
            defer { if inserted?.number == number { inserted = nil } }
            return inserted?.number == number ? inserted : nil
        }
        if let recent { return recent }
        let record = try record("WHERE g.number = ?", [number])
        guard let record else { throw Self.notFound(number) }
        return record
    }

    /// The newest generation in a state, of any state with nil; nil when there is none.
    public func newest(state: GenerationState? = nil) throws(StoreError) -> GenerationRecord? {
        try record("WHERE ?1 IS NULL OR g.state = ?1 ORDER BY g.number DESC LIMIT 1", [state?.rawValue])
    }

    /// The newest generations without their resources, newest first.
    public func list(limit: Int) throws(StoreError) -> [GenerationSummary] {
        try database.read("list generations") { database in
            try database.allRows(
                "SELECT \(Self.columns) FROM generations ORDER BY number DESC LIMIT ?", [limit], Self.summary(row:))
        }
    }

    /// Removes all but the newest `keep` generations; the newest good one and the newest of all always stay.
    @discardableResult
    public func prune(keep: Int) throws(StoreError) -> Int {
        try database.write(.deferred, "remove old generations") { transaction in
            let old = try transaction.database.allRows(
                """
                SELECT number FROM generations WHERE number NOT IN
                    (SELECT number FROM generations ORDER BY number DESC LIMIT ?)
                AND number IS NOT (SELECT max(number) FROM generations WHERE state = 'good')
                """, [max(1, keep)]
            ) { $0[0] as Int64 }
            for number in old {
                try transaction.database.run("DELETE FROM generations WHERE number = ?", [number])
                try transaction.database.run("DELETE FROM generation_resources WHERE number = ?", [number])
            }
            if !old.isEmpty {
                self.forget(old, after: transaction)
                self.signal(after: transaction)
            }
            return old.count
        }
    }

    /// A signal after each commit that changed a generation; signals that nobody took yet are one.
    public func updates() -> AsyncStream<Void> { database.signals.stream(.generations) }

    /// What was just inserted is read from the database once a transaction made it another or removed it.
    private func forget(_ numbers: [Int64], after transaction: WriteTransaction) {
        transaction.whenCommitted {
            self.inserted.withLock { if let number = $0?.number, numbers.contains(number) { $0 = nil } }
        }
    }

    private func signal(after transaction: WriteTransaction) {
        let signals = database.signals
        transaction.whenCommitted { signals.send(.generations) }
    }

    private func record(_ condition: String, _ arguments: StatementArguments) throws(StoreError) -> GenerationRecord? {
        try database.read("read a generation") { database in
            try database.firstRow(
                """
                SELECT g.number, g.state, g.message, g.description, g.resources, g.created, g.converged, r.data,
                    r.withheld
                FROM generations g JOIN generation_resources r ON r.number = g.number \(condition)
                """, arguments
            ) { row in
                let summary = try Self.summary(row: row)
                let withheld = try (row[8] as Data?).map { data in
                    try RowCoding.decode(
                        [WithheldResource].self, data, what: "what generation \(summary.number) leaves alone")
                }
                return GenerationRecord(
                    number: summary.number, commit: summary.commit,
                    resources: try RowCoding.decode(
                        [DeclaredResource].self, row[7] as Data?, what: "resources of generation \(summary.number)"),
                    withheld: withheld ?? [], state: summary.state, message: summary.message,
                    createdTime: summary.createdTime,
                    convergedTime: summary.convergedTime)
            }
        }
    }

    private static func summary(row: Row) throws -> GenerationSummary {
        let number = row[0] as Int64
        guard let state = GenerationState(rawValue: row[1] as String) else {
            throw StoreError(.corrupt, "cannot read generation \(number): its state is not known to this version")
        }
        return GenerationSummary(
            number: number,
            commit: try RowCoding.decode(
                CommitDescription.self, row[3] as Data?, what: "commit of generation \(number)"),
            resourceCount: row[4], state: state, message: row[2], createdTime: WallTime(nanoseconds: row[5]),
            convergedTime: (row[6] as Int64?).map(WallTime.init(nanoseconds:)))
    }

    private static func notFound(_ number: Int64) -> StoreError {
        StoreError(.notFound, "there is no generation \(number); 'aetherctl history' lists those that are kept")
    }
}
