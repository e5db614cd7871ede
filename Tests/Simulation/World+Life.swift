import ControllerRuntime
import FoundationEssentials
import Glibc
import HostRuntime
import LinuxIO
import Logging
import Model
import Store
import Synchronization
import Vishnu

extension World {
    /// Makes what the machine has before the daemon first comes.
    func prepare() async throws {
        for unit in Universe.units { host.install(unit: unit, Texts.installedUnit) }
        for path in ["/srv/d", "/srv/t"] { host.place(directory: path) }
        for act in script.before { perform(act) }
        host.settle()
        books.withLock { books in
            books.unsynced = []
            books.wholes.insert(Array(Texts.installedUnit.utf8))
        }
        let source = Object<SourceKind>(
            metadata: ObjectMeta(name: sourceName), spec: SourceKind.Spec(), status: SourceKind.Status())
        _ = try await objects.create(source.untyped(), durability: .synced)
        for mode in BlueprintMode.allCases {
            let blueprint = Object<BlueprintKind>(
                metadata: ObjectMeta(name: mode.rawValue), spec: .object([:]), status: BlueprintKind.Status())
            _ = try await objects.create(blueprint.untyped(), durability: .synced)
        }
        try database.watchWrites(
            WriteWatcher(
                willWrite: { [weak self] (act, durability) throws(StoreError) in
                    try self?.willWrite(act, durability) ?? durability
                },
                didWrite: { [weak self] (act) throws(StoreError) in try self?.didWrite(act) }))
        try await start()
    }

    /// Starts the daemon: everything that is only in memory is new, and recovery settles what the last life left.
    func start() async throws {
        let host = WatchedHost(world: self)
        let worker = InlineWorker()
        let planner = HostPlanner(
            host: host, observer: Observer(host: host, worker: worker), content: content, worker: worker)
        let executor = Executor(
            host: host, journal: journal, content: content, resources: resources, worker: worker,
            clock: SimulatedClock(host: self.host)
        ) { ids, declared, written in await planner.reobserve(ids, declared: declared, written: written) }
        let base = self.host
        let generations = GenerationTable(database)
        let audit = try AuditLog(directory: directory + "/audit", clock: { base.wallTime() })
        audit.watchWrites(
            WriteWatcher(
                willWrite: { [weak self] (act, durability) throws(StoreError) in
                    try self?.willAudit(act, durability) ?? durability
                },
                didWrite: { [weak self] (act) throws(StoreError) in try self?.didAudit(act) }))
        let endings = RunEndings<RunEnding<WatchedHost>>(clock: SimulatedClock(host: base)) { runs in
            await executor.end(runs)
        }
        // They wait for the next that needs them, as between two repairs of a burst.
        endings.takeUntilNeeded()
        let store: any ObjectStore = bug == .planHash ? CarelessApprovals(objects) : objects
        let environment = HostEnvironment(
            objects: store, journal: journal, resources: resources, generations: generations, content: content,
            audit: audit, host: host, planner: planner, executor: executor, worker: worker,
            events: EventRecorder(store: objects, source: "simulation") { base.wallTime() },
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }, settings: HostSettings(),
            publishRuns: {}, endings: endings, repairFailed: {}, declarationsChanged: { _ in }, authorsTold: { _ in })
        let reconciler = HostReconciler(environment: environment)
        let queue = WorkQueue<LoopKey, ContinuousClock>(name: "simulation", limit: 16, clock: ContinuousClock())
        let life = Life(
            reconciler: reconciler, control: HostControl(reconciler: reconciler, queue: queue, downloads: downloads),
            executor: executor, endings: endings, audit: audit, generations: generations)
        books.withLock { $0.life = life }
        try await recover(life)
    }

    /// As at a start of the daemon, which systemd repeats until it succeeds.
    private func recover(_ life: Life) async throws {
        for _ in 0..<100 {
            do {
                let report = try await life.executor.recover()
                for run in report.runs { tape.note("recovered", run.run, "\(run.outcome)") }
                return
            } catch {
                tape.note("recovery failed")
                if host.isStopped { return }
                host.advance(by: 1_000_000_000)
            }
        }
        violate("I3", "recovery does not succeed in a hundred starts")
    }

    /// Lets the daemon that died start again, as often as it dies again meanwhile.
    ///
    /// Returns whether it had died.
    func revive() async throws -> Bool {
        var hasDied = false
        for _ in 0..<100 {
            let (death, isInterrupted) = books.withLock { books in
                defer {
                    books.death = nil
                    books.isInterrupted = false
                    books.diesAfterCall = false
                    books.failsAfter = nil
                    books.believed = [:]
                }
                return (books.death, books.isInterrupted)
            }
            guard host.isStopped || isInterrupted else {
                // A death in the middle of a call that had no middle does not come later.
                host.stop(atPoint: nil)
                return hasDied
            }
            hasDied = true
            tape.note("start", death.map { "\($0)" } ?? "interrupted")
            switch death {
            case .killed, nil: host.restart()
            case .powerCut: try cutPower()
            }
            lookForTorn(afterPowerCut: death == .powerCut)
            try await start()
            try await fetchAgain()
            verifyAudit()
        }
        violate("I3", "the daemon did not come up in a hundred starts")
        return hasDied
    }

    private func cutPower() throws {
        host.powerCut()
        try database.cutPower()
        try cutAudit()
        try forgetLostRuns()
    }

    /// Cuts off a part of what was appended to the audit log since it was last known to be durable.
    private func cutAudit() throws {
        let audit = directory + "/audit"
        guard let newest = try FileManager.default.contentsOfDirectory(atPath: audit).sorted().last else { return }
        let path = audit + "/" + newest
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let size = Int64(status.st_size)
        let synced = min(books.withLock(\.auditSynced), size)
        var chance = Chance(seed: script.seed &+ UInt64(books.withLock(\.call)))
        let kept = synced + Int64(chance.number(0...Int(size - synced)))
        guard truncate(path, off_t(kept)) == 0 else { preconditionFailure("cannot cut '\(path)': errno \(errno)") }
        books.withLock { $0.auditSynced = kept }
    }

    /// Names of runs that a power cut took out of the journal are given again.
    private func forgetLostRuns() throws {
        let known = Set(try journal.summaries(limit: 10_000).map(\.name))
        books.withLock { books in
            books.shown = books.shown.filter { known.contains($0.key) }
            books.effects = books.effects.filter { known.contains($0.key) }
            books.shownUnnamed = []
        }
    }

    func verifyAudit() {
        guard let life = books.withLock(\.life) else { return }
        do {
            let verification = try life.audit.verify()
            if let failure = verification.failure { violate("I9", "the audit log is broken: \(failure)") }
        } catch {
            violate("I9", "the audit log cannot be read: \(error)")
        }
    }
}

/// Does something with an empty directory in memory, which is removed afterwards.
func withScratchDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    // Thousands of histories are played: in memory where there is a place for it. The directories of TestSupport come
    // with the testing library, which no release program has.
    let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/aetheredge-simulation-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { preconditionFailure("cannot make a directory in '\(root)'") }
    let path = String(cString: made)
    defer {
        do { try FileManager.default.removeItem(atPath: path) } catch {
            preconditionFailure("cannot remove '\(path)': \(error)")
        }
    }
    return try await body(path)
}
