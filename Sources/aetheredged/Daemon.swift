import Brahma
import ControlAPI
import ControllerRuntime
import GitSource
import Glibc
import HTTPTransport
import HostRuntime
import LinuxIO
import Logging
import Metrics
import Model
import Store
import Systemd
import Vishnu

/// The parts of the daemon, made in the order in which they depend on each other.
///
/// The only place that knows every module.
struct Daemon: Sendable {
    let paths: Paths
    let configuration: Configuration
    let logger: Logger
    let database: HostDatabase
    let backend: ObjectBackend
    let objects: any ObjectStore
    let resources: ResourceTable
    let environment: HostEnvironment<LinuxHost>
    let hostReconciler: HostReconciler<LinuxHost>
    let hostQueue: WorkQueue<LoopKey, ContinuousClock>
    let sourceReconciler: SourceReconciler
    let sourceQueue: WorkQueue<String, ContinuousClock>
    let watcher: HostWatcher
    let systemd: SystemdConnection?
    let content: ContentStore
    let settings: SettingTable
    let denied: [DeniedTree]
    let downloads: WorkerThread
    let metrics: MetricsRegistry
    let publisher: RunPublisher
    let facts: FactsReader
    let factsWatcher: FactsWatcher?

    init(paths: Paths, configuration: Configuration, environment variables: [String: String], logger: Logger) throws {
        self.paths = paths
        self.configuration = configuration
        self.logger = logger
        // Before anything that counts is made: a metric that is made earlier counts nothing.
        metrics = MetricsRegistry()
        MetricsSystem.bootstrap(metrics)
        try StateDirectories.make(paths)
        let database = try HostDatabase(path: paths.state + "/state.db")
        self.database = database
        let content = try ContentStore(
            database, directory: paths.state + "/content", limits: Self.contentLimits(configuration))
        self.content = content
        backend = try ObjectBackend(configuration, database, paths)
        let objects = backend.own
        self.objects = objects
        resources = ResourceTable(database)
        settings = SettingTable(database)
        let audit = try AuditLog(directory: paths.state + "/audit")
        let clock = ContinuousClock()
        let hostQueue = WorkQueue<LoopKey, ContinuousClock>(name: "host", limit: 16, clock: clock)
        self.hostQueue = hostQueue
        sourceQueue = WorkQueue(name: "source", limit: 16, clock: clock)

        let root = try RootDirectory(path: paths.root)
        let reporter = HintReceiver(queue: hostQueue, logger: logger)
        let watcher = try Self.watcher(of: root, reporter)
        self.watcher = watcher
        systemd = paths.isHost ? Self.connection(watcher) : nil
        facts = paths.isHost ? FactsReader(host: root, systemd: systemd) : FactsReader(tree: root)
        let host = LinuxHost(root: root, systemd: systemd)
        let worker = try ThreadWorker(name: "ae-work", count: 2)
        let observer = Observer(
            host: host, worker: try ThreadWorker(name: "ae-observe", count: Self.parallelThreads))
        let planner = HostPlanner(host: host, observer: observer, content: content, worker: worker)
        let executor = Executor(
            host: host, journal: RunJournal(database), content: content, resources: resources,
            worker: try ThreadWorker(name: "ae-run", count: Self.parallelThreads), transport: try Transport(),
            boundary: CrashPoint.hook(variables)
        ) { ids, declared, written in
            await planner.reobserve(ids, declared: declared, written: written)
        }
        let publisher = RunPublisher(
            journal: RunJournal(database), settings: settings, objects: objects, worker: worker, logger: logger)
        self.publisher = publisher
        let generations = GenerationTable(database)
        let events = Self.recorder(objects, resources)
        environment = HostEnvironment(
            objects: objects, journal: RunJournal(database), resources: resources,
            generations: generations, content: content, audit: audit, host: host, planner: planner,
            executor: executor, worker: worker, events: events, logger: logger,
            settings: HostSettings(
                fullPass: configuration.fullPass, removalLimitPercent: configuration.removalLimitPercent),
            publishRuns: { await publisher.publishPending() }, endings: try Self.endings(of: executor),
            repairFailed: { _ = hostQueue.addAfterFailure(.drift) }, declarationsChanged: watcher.watch,
            authorsTold: watcher.tell)
        hostReconciler = HostReconciler(environment: environment)
        reporter.attach(hostReconciler)
        downloads = try WorkerThread(name: "ae-download")

        denied = Self.deniedTrees(paths)
        sourceReconciler = SourceReconciler(
            environment: SourceReconciler.Environment(
                objects: objects, generations: generations, content: content, settings: settings,
                fetcher: try Self.fetcher(paths, root, variables),
                worker: worker, denied: denied, facts: { [facts] in facts.read() }, events: events,
                wallTime: systemWallTime, logger: logger, generationsKept: configuration.generationsKept,
                outcomeChanged: { hostQueue.add(.pass) }, requestFailed: hostReconciler.noteUnanswered))
        factsWatcher = paths.isHost ? try Self.watcher(of: facts, sourceReconciler, sourceQueue) : nil
    }

    /// Fetches as a user of its own on a host.
    private static func fetcher(
        _ paths: Paths, _ root: RootDirectory, _ variables: [String: String]
    ) throws -> SiteFetcher {
        let account = paths.isHost ? try GitAccount.forGit(named: "aetheredge-git", in: AccountDatabase(of: root)) : nil
        return SiteFetcher(
            cacheDirectory: paths.cache + "/git", runner: GitRunner(environment: variables, account: account))
    }

    /// Has the source compiled again when facts change that its conditions may look at.
    private static func watcher(
        of facts: FactsReader, _ reconciler: SourceReconciler, _ queue: WorkQueue<String, ContinuousClock>
    ) throws -> FactsWatcher {
        try FactsWatcher(reader: facts) { facts in
            if reconciler.mayMatter(facts) { queue.add(sourceName) }
        }
    }

    private static func watcher(of root: RootDirectory, _ reporter: HintReceiver) throws -> HostWatcher {
        try HostWatcher(root: root, wallTime: systemWallTime, processes: reporter.receive) { reporter.receive($0) }
    }

    /// Ends repairs on a thread that gives way to the loop.
    private static func endings(of executor: Executor<LinuxHost>) throws -> RunEndings<RunEnding<LinuxHost>> {
        RunEndings(executor: try TaskThread(name: "ae-end", niceness: 5)) { await executor.end($0) }
    }

    private static func contentLimits(_ configuration: Configuration) -> ContentLimits {
        ContentLimits(
            byteCap: configuration.contentBytesMaximum, resourceQuota: ContentLimits.standard.resourceQuota,
            retention: configuration.contentRetention)
    }

    /// As many as there are processors, at most four: observing and writing are short, and a host has other work to do.
    private static var parallelThreads: Int { min(4, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The recorder of what happens to objects; resources are read where they are, for their uids.
    private static func recorder(_ objects: any ObjectStore, _ resources: ResourceTable) -> EventRecorder {
        EventRecorder(
            store: objects, readers: [ResourceKind.descriptor.kind: ResourceProjection(resources)],
            source: "aetheredged", wallTime: systemWallTime)
    }

    /// The daemon's own places: what lies there changes by itself, and a blueprint must not touch it.
    private static func deniedTrees(_ paths: Paths) -> [DeniedTree] {
        let prefix = paths.isHost ? "" : paths.root
        let own = [paths.state, paths.cache, parent(of: paths.socket)].filter {
            $0 != prefix && $0.isPath(atOrBelow: prefix)
        }
        return own.map {
            DeniedTree(String($0.droppingFirst(bytes: prefix.utf8.count)), reason: "holds the daemon's own state")
        }
    }

    private static func parent(of path: String) -> String {
        path.parentPath ?? "/"
    }

    private static func connection(_ watcher: HostWatcher) -> SystemdConnection {
        SystemdConnection { () throws(SystemdError) in
            let manager = try SystemManager(
                onSignal: { signal in
                    switch signal {
                    case .changed(let unit, let properties):
                        // Only what the loop looks at; memory and CPU figures change all the time.
                        let watched: Set<String> = ["ActiveState", "UnitFileState", "LoadState", "NeedDaemonReload"]
                        if properties.keys.contains(where: watched.contains) { watcher.noteUnit(unit.rawValue) }
                    case .jobRemoved(_, let unit, _): watcher.noteUnit(unit.rawValue)
                    case .unitFilesChanged, .reloading(false), .serviceManagerChanged: watcher.noteAllUnits()
                    case .added, .removed, .reloading(true): break
                    }
                }, onDisconnect: { _ in watcher.noteAllUnits() })
            try manager.subscribe()
            return manager
        }
    }
}

/// Kills the daemon at one durable boundary, for crash tests (`AETHEREDGE_CRASH_AT=N`, counted from the start).
enum CrashPoint {
    static func hook(_ variables: [String: String]) -> BoundaryHook? {
        guard let number = variables["AETHEREDGE_CRASH_AT"].flatMap({ Int($0) }) else { return nil }
        return BoundaryCounter(at: number) { () throws(BoundaryCrash) in
            kill(getpid(), SIGKILL)
        }.hook
    }
}
