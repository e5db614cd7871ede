import LinuxIO
public import Model
import Synchronization

/// The audit log: a chain of records, each with the hash of the one before, in JSON lines.
///
/// The chain stands in segments of bounded size. When the oldest is removed, a record with its head begins the
/// newest, so the chain still says what was there. Appending is safe from any thread and blocks; one process writes a
/// log at a time, which the lock on the state database sees to.
public final class AuditLog: Sendable {
    /// The verb of records about removed segments.
    static let pruneVerb = "audit.prune"
    /// The verb of records about what a crash left of a line.
    static let truncateVerb = "audit.truncate"
    private static let actor = "aetheredged"
    private static let act = "append to the audit log"

    private struct State: ~Copyable {
        var file: FileDescriptor
        var segment: AuditSegment
        var size: Int64
        var head: AuditHead
        var isRagged = false
    }

    private let directory: AuditDirectory
    private let limits: AuditLimits
    private let clock: @Sendable () -> WallTime
    private let state: Mutex<State>
    private let watcher = Mutex<WriteWatcher?>(nil)

    /// Opens the log in a directory, which is made where there is none.
    ///
    /// A line that a crash cut short is cut off, and a record says so.
    public init(
        directory path: String, limits: AuditLimits = .standard,
        clock: @escaping @Sendable () -> WallTime = systemWallTime
    ) throws(StoreError) {
        self.limits = limits
        self.clock = clock
        directory = try AuditDirectory(path: path)
        let tail = try directory.openTail()
        let torn = tail.torn
        let segment = tail.segment
        state = Mutex(
            State(file: tail.takeFile(), segment: segment, size: tail.size, head: tail.head, isRagged: false))
        guard !torn.isEmpty else { return }
        let text = String(decoding: torn.prefix(1 << 10).filter { $0 != 0 }, as: UTF8.self)
        try append(
            AuditRecord(
                time: clock(), actor: Self.actor, verb: Self.truncateVerb, object: segment.name,
                details: ["bytes": .integer(Int64(torn.count)), "text": .string(text)]),
            durability: .synced)
    }

    /// The end of the chain, to be kept elsewhere too, as in the journal.
    public var head: AuditHead { state.withLock { $0.head } }

    /// Appends a record and returns its hash.
    ///
    /// Synced, it survives a power cut, as do all before it. When it throws, the record may still be in the log.
    @discardableResult
    public func append(_ record: AuditRecord, durability: Durability) throws(StoreError) -> ContentDigest {
        let now = clock()
        let watcher = watcher.withLock { $0 }
        let durability = try watcher?.willWrite(Self.act, durability) ?? durability
        // The lock is held during the write, as the order of the lines is the order of the chain.
        let result = state.withLock { state in
            Result { () throws(StoreError) in
                if state.size >= limits.segmentBytes { try rotate(&state, now: now) }
                try write(record, &state)
                if durability == .synced { try sync(state.file) }
                return state.head.hash
            }
        }
        let hash = try result.get()
        try watcher?.didWrite(Self.act)
        return hash
    }

    /// Tells of every record from now on; nil ends it.
    package func watchWrites(_ next: WriteWatcher?) { watcher.withLock { $0 = next } }

    /// Checks every record that is kept, and names the first that does not fit.
    public func verify() throws(StoreError) -> AuditVerification {
        let (segment, size) = state.withLock { ($0.segment, $0.size) }
        return try directory.verify(upTo: (segment, size))
    }

    /// Checks the log in a directory that no daemon has open.
    public static func verify(directory path: String) throws(StoreError) -> AuditVerification {
        try AuditDirectory(path: path).verify(upTo: nil)
    }

    /// The newest records that a condition picks, newest first; looks at so many segments at most.
    public func newest(
        limit: Int, segments: Int = 4, where isWanted: (AuditRecord) -> Bool
    ) throws(StoreError) -> [AuditRecord] {
        var found: [AuditRecord] = []
        for segment in try directory.segments().suffix(segments).reversed() {
            var records: [AuditRecord] = []
            try directory.forEachLine(of: segment, upTo: nil) { (line, _) throws(StoreError) in
                if case .success(let line) = AuditLine.parse(line), isWanted(line.record) {
                    records.append(line.record)
                }
                return true
            }
            found += records.reversed()
            if found.count >= limit { break }
        }
        return Array(found.prefix(limit))
    }

    private func write(_ record: AuditRecord, _ state: inout State) throws(StoreError) {
        let line = AuditLine(record, after: state.head)
        do throws(LinuxIOError) {
            if state.isRagged { try state.file.truncate(to: state.size) }
            state.isRagged = true
            try state.file.writeAll(line.bytes + [UInt8(ascii: "\n")])
        } catch {
            throw StoreError(file: error, act: "write to the audit log '\(directory.path(of: state.segment))'")
        }
        state.isRagged = false
        state.size += Int64(line.bytes.count) + 1
        state.head = AuditHead(sequence: line.sequence, hash: line.hash)
    }

    private func sync(_ file: borrowing FileDescriptor) throws(StoreError) {
        do throws(LinuxIOError) { try file.dataSync() } catch {
            throw StoreError(file: error, act: "sync the audit log in '\(directory.path)'")
        }
    }

    /// Begins the next segment, and removes the oldest when there are too many.
    private func rotate(_ state: inout State, now: WallTime) throws(StoreError) {
        try sync(state.file)
        let segment = AuditSegment(firstSequence: state.head.sequence + 1)
        state.file = try directory.create(segment)
        state.segment = segment
        state.size = 0
        let segments = try directory.segments()
        guard segments.count > limits.segments else { return }
        let removed = segments.prefix(segments.count - limits.segments)
        guard let last = removed.last, let head = try directory.head(of: last) else { return }
        // The record comes before the removal: a crash between the two leaves a segment too many, never one too few.
        try write(
            AuditRecord(
                time: now, actor: Self.actor, verb: Self.pruneVerb, object: last.name,
                details: ["head": .string(head.hash.hex), "sequence": .integer(Int64(head.sequence))]),
            &state)
        try sync(state.file)
        for segment in removed { try directory.remove(segment) }
    }
}
