import ControllerRuntime
import HostRuntime
import HostTestSupport
import LinuxIO
import Logging
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Vishnu

/// The loop on a simulated host with a store of its own; `restart` is what a start of the daemon makes anew.
final class LoopFixture: Sendable {
    let host: SimulatedHost
    let database: HostDatabase
    let objects: SQLiteObjectStore
    let journal: RunJournal
    let resources: ResourceTable
    let generations: GenerationTable
    let content: ContentStore
    let log = LogCapture()
    /// Does nothing until run: without it the loop ends its own repairs.
    let endings: RunEndings<RunEnding<SimulatedHost>>
    /// What the endings wait by.
    let clock = ManualClock()
    /// How many repairs were to be tried again.
    let failedRepairs = Tally()
    let audit: AuditLog
    private let observedAgain = Hook()
    private let current: Started

    /// What the last start made.
    private final class Started: Sendable {
        let reconciler: Mutex<HostReconciler<SimulatedHost>?> = Mutex(nil)
    }

    fileprivate init(seed: UInt64, directory: String) throws {
        let current = Started()
        self.current = current
        endings = RunEndings(clock: clock) { runs in
            guard let executor = current.reconciler.withLock({ $0 })?.environment.executor else { return [] }
            return await executor.end(runs)
        }
        host = SimulatedHost(seed: seed)
        database = try HostDatabase.inMemory()
        objects = SQLiteObjectStore(database)
        journal = RunJournal(database)
        resources = ResourceTable(database)
        generations = GenerationTable(database)
        content = try ContentStore(database, directory: nil)
        audit = try AuditLog(directory: directory + "/audit")
        restart()
    }

    var reconciler: HostReconciler<SimulatedHost> {
        guard let reconciler = current.reconciler.withLock({ $0 }) else {
            preconditionFailure("the loop was not started")
        }
        return reconciler
    }

    /// Forgets everything that is only in memory, as a restart of the daemon does.
    ///
    /// Every boundary that the executor passes from then on goes to `boundary`.
    func restart(boundary: BoundaryHook? = nil) {
        let worker = InlineWorker()
        let planner = HostPlanner(
            host: host, observer: Observer(host: host, worker: worker), content: content, worker: worker)
        let executor = Executor(
            host: host, journal: journal, content: content, resources: resources, worker: worker, boundary: boundary
        ) { [observedAgain] ids, declared, written in
            observedAgain.call()
            return await planner.reobserve(ids, declared: declared, written: written)
        }
        let host = host
        let logger = Logger(label: "test") { [log] _ in LogHandlerOfTests(capture: log) }
        let environment = HostEnvironment(
            objects: objects, journal: journal, resources: resources, generations: generations, content: content,
            audit: audit, host: host, planner: planner, executor: executor, worker: worker,
            events: EventRecorder(store: objects, source: "test") { host.wallTime() }, logger: logger,
            settings: HostSettings(), publishRuns: {}, endings: endings,
            repairFailed: { [self] in failedRepairs.raise() }, declarationsChanged: { _ in }, authorsTold: { _ in })
        current.reconciler.withLock { $0 = HostReconciler(environment: environment) }
    }

    /// Does something each time before the executor observes again what a run is to change.
    func whenObservedAgain(_ body: @escaping @Sendable () -> Void) { observedAgain.set(body) }

    /// A commit that declares resources; `texts` are the bytes that they name.
    func commit(
        _ name: String, _ declared: [DeclaredResource], withheld: [WithheldResource] = [], texts: [String] = []
    ) async throws {
        for text in texts { _ = try content.put(Array(text.utf8)) }
        let record = GenerationRecord(
            number: 0, commit: CommitDescription(commit: name), resources: try ResourceGraph(declared).resources,
            withheld: withheld, state: .candidate, createdTime: host.wallTime())
        _ = try generations.insert(record)
        try await objects.modify(SourceKind.self, sourceName, part: .status) { source in
            source.status.fetched = CommitDescription(commit: name)
        }
    }

    /// What the API asks of the loop.
    func control<Result>(_ body: (HostControl<SimulatedHost>) async throws -> Result) async throws -> Result {
        let downloads = try WorkerThread(name: "downloads")
        defer { downloads.stop() }
        let queue = WorkQueue<LoopKey, ContinuousClock>(name: "test", limit: 16, clock: ContinuousClock())
        return try await body(HostControl(reconciler: reconciler, queue: queue, downloads: downloads))
    }

    /// What the daemon does before the loop: how every unsettled run was resolved.
    func recover() async throws -> [RunOutcome] {
        try await reconciler.environment.executor.recover().runs.map(\.outcome)
    }

    /// One pass over everything.
    func pass() async throws -> PassResult { try await reconciler.passOnce().result }

    /// Lets the loop know that somebody touched a resource, and repairs.
    func repair(_ id: ResourceID, by actor: DriftActor = DriftActor(unknown: "a test")) async throws {
        reconciler.note(id, actor: actor, time: host.wallTime())
        _ = try await reconciler.reconcile(.drift)
    }

    /// Answers the newest question.
    func answer(_ decision: ApprovalDecision) async throws {
        let run = try #require(try waiting().last, "nothing waits for an approval")
        try await objects.modify(ApprovalKind.self, run.name, part: .status) { approval in
            approval.status.decision = decision
            approval.status.by = "0:root"
        }
    }

    func waiting() throws -> [RunRecord] { try journal.unsettled().filter { $0.phase == .waitingForApproval } }

    /// Cause and phase of every run, oldest first.
    func runs() throws -> [String] {
        try journal.runs(limit: 100).reversed().map { "\($0.plan.cause.rawValue) \($0.phase.rawValue)" }
    }

    func status(of id: ResourceID) throws -> ResourceKind.Status {
        try #require(try resources.rows(ids: [id]).first).status
    }

    func text(_ path: String) -> String? { host.bytes(of: path).map { String(decoding: $0, as: UTF8.self) } }
}

/// Runs a test with a loop on a simulated host.
func withLoop(seed: UInt64 = 1, _ body: (LoopFixture) async throws -> Void) async throws {
    try await withTemporaryDirectory("loop") { directory in
        let loop = try LoopFixture(seed: seed, directory: directory)
        let source = Object<SourceKind>(
            metadata: ObjectMeta(name: sourceName), spec: SourceKind.Spec(), status: SourceKind.Status())
        _ = try await loop.objects.create(source.untyped(), durability: .synced)
        try await body(loop)
    }
}

/// Something that is done at a certain point, once it is set.
private final class Hook: Sendable {
    private let body = Mutex<(@Sendable () -> Void)?>(nil)

    func set(_ next: @escaping @Sendable () -> Void) { body.withLock { $0 = next } }

    func call() { body.withLock { $0 }?() }
}

/// Counts what happened.
final class Tally: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func raise() { value.withLock { $0 += 1 } }
}

/// What was logged: level and message.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func note(_ level: Logger.Level, _ message: String) { lines.withLock { $0.append("\(level): \(message)") } }
}

struct LogHandlerOfTests: LogHandler {
    let capture: LogCapture
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(capture: LogCapture) { self.capture = capture }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { capture.note(event.level, "\(event.message)") }
}

extension DeclaredResource {
    func with(mode: BlueprintMode, onDrift: DriftResponse = .repair) -> DeclaredResource {
        var copy = self
        copy.mode = mode
        copy.onDrift = onDrift
        return copy
    }
}
