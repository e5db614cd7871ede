import Model
import Store
import Synchronization
import Testing

@testable import HostRuntime

/// A simulated host with its store, and what is declared on it.
final class ExecutorFixture: Sendable {
    let host: SimulatedHost
    let database: HostDatabase
    let journal: RunJournal
    let content: ContentStore
    let resources: ResourceTable
    let observer: Observer<SimulatedHost>
    private let state = Mutex<(declared: [DeclaredResource], hook: BoundaryHook?)>(([], nil))

    init(seed: UInt64) throws {
        host = SimulatedHost(seed: seed)
        database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
        journal = RunJournal(database)
        content = try ContentStore(database, directory: nil)
        resources = ResourceTable(database)
        observer = Observer(host: host, worker: InlineWorker())
    }

    var declared: [DeclaredResource] {
        get { state.withLock { $0.declared } }
        set { state.withLock { $0.declared = newValue } }
    }

    /// Called at every boundary of the executor.
    var hook: BoundaryHook? {
        get { state.withLock { $0.hook } }
        set { state.withLock { $0.hook = newValue } }
    }

    /// An executor as after a start of the daemon.
    func executor(configuration: ExecutorConfiguration = ExecutorConfiguration()) -> Executor<SimulatedHost> {
        Executor(
            host: host, journal: journal, content: content, resources: resources, worker: InlineWorker(),
            clock: SimulatedClock(host: host), configuration: configuration,
            boundary: { [self] (point: Boundary) throws(BoundaryCrash) in try hook?(point) },
            observe: { [self] ids, _, written in
                await observer.digests(of: ids, among: declared, written: written)
            })
    }

    /// Declares resources, the content of which is stored.
    func declare(_ resources: [Declared]) throws {
        declared = try resources.map { try $0.resource(content) }
        // As Vishnu does: rows are there before a run.
        try self.resources.write(
            declared.map { ResourceUpdate($0.id, phase: .pending, declared: $0) }, at: host.wallTime(),
            durability: .deferred)
    }

    /// The plan that leads to what is declared.
    func plan(_ cause: PlanCause = .change) async throws -> Plan {
        let graph = try ResourceGraph(declared)
        let context = try await observer.context(for: declared)
        let observations = try await observer.observe(graph.resources, context: context)
        let result = Planner.plan(
            PlanRequest(
                cause: cause, commit: "c0ffee", declared: graph.resources, observations: observations,
                context: PlanContext(context)))
        try #require(result.problems.isEmpty, "\(result.problems)")
        return result.plan
    }

    /// A run of a plan, as Vishnu makes it.
    func run(_ plan: Plan) throws -> RunRecord {
        try journal.create(draft(plan, startTime: nil), durability: .deferred)
    }

    /// A run of a plan that only has its name, as Vishnu makes small ones.
    func name(_ plan: Plan) throws -> RunRecord { try journal.name(draft(plan, startTime: host.wallTime())) }

    private func draft(_ plan: Plan, startTime: WallTime?) -> RunRecord {
        RunRecord(
            name: "", sequence: 0, plan: plan, planHash: plan.hash, requestedBy: "controller", phase: .running,
            createdTime: host.wallTime(), startTime: startTime)
    }

    /// Plans and carries out.
    func converge(_ cause: PlanCause = .change) async throws -> RunOutcome {
        await execute(try run(try await plan(cause)))
    }

    func execute(_ run: RunRecord, control: RunControl = RunControl()) async -> RunOutcome {
        await executor().execute(run, declared: byID, control: control)
    }

    /// What a start of the daemon does: every unsettled run is resolved, and one that can go on does.
    func startAgain() async throws -> RecoveryReport {
        var report = try await executor().recover()
        for index in report.runs.indices where report.runs[index].outcome == .interrupted {
            report.runs[index].outcome = await execute(try journal.run(named: report.runs[index].run))
        }
        return report
    }

    var byID: [ResourceID: DeclaredResource] {
        Dictionary(declared.map { ($0.id, $0) }) { _, last in last }
    }

    /// The digests of everything that the content store holds as a version of a path, newest first.
    func versions(of id: ResourceID) throws -> [ContentDigest] {
        try content.versions(of: id).map(\.content.digest)
    }
}

/// Runs a test with a simulated host of its own.
func withExecutor<Result>(
    seed: UInt64 = 1, _ body: (ExecutorFixture) async throws -> Result
) async throws -> Result {
    try await body(try ExecutorFixture(seed: seed))
}

/// A resource to declare, in short.
struct Declared {
    var id: ResourceID
    var attributes: (ContentStore) throws -> ResourceAttributes
    var verify: [Probe] = []
    var after: [ResourceID] = []

    func resource(_ content: ContentStore) throws -> DeclaredResource {
        DeclaredResource(
            id: id, attributes: try attributes(content), blueprint: "test",
            position: SourcePosition(file: "test.yaml", line: 1, column: 1), verify: verify, dependencies: after)
    }

    static func file(
        _ path: String, _ text: String? = nil, owner: String? = nil, mode: UInt16? = nil, isAbsent: Bool = false,
        verify: [Probe] = [], after: [ResourceID] = []
    ) -> Declared {
        Declared(
            id: ResourceID(type: .file, identity: path),
            attributes: { content in
                let bytes = try text.map { try content.put(Array($0.utf8)) }
                return .file(FileAttributes(content: bytes, owner: owner, mode: mode, isAbsent: isAbsent))
            }, verify: verify, after: after)
    }

    static func directory(_ path: String, mode: UInt16? = nil, purge: Bool = false, isAbsent: Bool = false) -> Declared
    {
        Declared(
            id: ResourceID(type: .directory, identity: path),
            attributes: { _ in .directory(DirectoryAttributes(mode: mode, purge: purge, isAbsent: isAbsent)) })
    }

    static func symlink(_ path: String, to target: String?) -> Declared {
        Declared(
            id: ResourceID(type: .symlink, identity: path),
            attributes: { _ in .symlink(SymlinkAttributes(target: target, isAbsent: target == nil)) })
    }

    static func unit(
        _ name: String, active: Bool? = nil, enabled: Bool? = nil, masked: Bool? = nil, content text: String? = nil,
        restartOn: [ResourceID] = [], verify: [Probe] = []
    ) -> Declared {
        Declared(
            id: ResourceID(type: .unit, identity: name),
            attributes: { content in
                let bytes = try text.map { try content.put(Array($0.utf8)) }
                return .unit(
                    UnitAttributes(
                        isActive: active, isEnabled: enabled, isMasked: masked, content: bytes, restartOn: restartOn))
            }, verify: verify, after: restartOn)
    }
}
