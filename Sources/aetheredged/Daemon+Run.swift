import Brahma
import ControllerRuntime
import HostRuntime
import LinuxIO
import Logging
import Model
import ServiceLifecycle
import Store
import Systemd
import UnixSignals
import Vishnu

extension Daemon {
    /// Works until it is asked to stop: settles what a crash left, then runs every service.
    func run(activated: [ActivatedSocket]) async throws {
        try await prepare()
        let clock = ContinuousClock()
        let sources = Controller(
            name: "source", reconciler: sourceReconciler, queue: sourceQueue, clock: clock, logger: logger)
        let host = Controller(
            name: "host", reconciler: hostReconciler, queue: hostQueue, clock: clock, logger: logger,
            executor: try TaskThread(name: "ae-loop"))
        let maintenance = MaintenanceService(
            database: database, journal: environment.journal, content: content, worker: environment.worker,
            runsKept: configuration.runsKept, logger: logger)
        let trigger = SourceTrigger(
            objects: objects, sources: sourceQueue, host: hostQueue, reconciler: hostReconciler,
            absorptions: backend.absorptions, logger: logger)
        let approvals = Informer(
            store: objects, kind: ApprovalKind.descriptor.kind, clock: clock, logger: logger
        ) { [hostQueue] event in
            if case .modified = event { hostQueue.add(.pass) }
        }
        let collector = GarbageCollector(
            store: backend.shared, readers: [ResourceKind.descriptor.kind: ResourceProjection(resources)], clock: clock,
            logger: logger
        ) { [environment] collected in
            let record = AuditRecord(
                time: environment.host.wallTime(), actor: "garbage-collector", verb: "delete",
                object: "\(collected.key.kind.rawValue)/\(collected.key.name)", details: collected.details)
            try await environment.worker.run { _ = try environment.audit.append(record, durability: .synced) }
        }
        let notify = NotifyService(logger: logger) { [environment] in
            do { return try await environment.worker.run { true } } catch { return false }
        }
        let back = backend.services(logger: logger) { [publisher, sourceQueue, hostQueue] in
            await publisher.publishPending()
            sourceQueue.add(sourceName)
            hostQueue.add(.pass)
        }
        let facts: [(String, any Service)] = factsWatcher.map { [("FactsWatch", FactsWatchService(watcher: $0))] } ?? []
        // With their names: what they call themselves otherwise is all that is in them.
        let services: [(String, any Service)] =
            back + facts + [
                ("Maintenance", maintenance), ("RunPublisher", publisher),
                ("Watch", WatchService(watcher: watcher)), ("ControlServer", try server(activated)),
                ("RunEndings", environment.endings), ("HostController", host), ("SourceController", sources),
                ("ApprovalController", approvals), ("SourceTrigger", trigger), ("GarbageCollector", collector),
                ("Interrupt", InterruptService(reconciler: hostReconciler)), ("Notify", notify),
            ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { name, service in
                    ServiceGroupConfiguration.ServiceConfiguration(service: service, serviceName: name)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        hostQueue.add(.pass)
        logger.notice(
            "started",
            metadata: [
                LogKey.messageID: "\(MessageID.started.rawValue)", LogKey.path: "\(paths.root)",
                LogKey.source: "\(configuration.source?.git ?? configuration.source?.directory ?? "none")",
            ])
        try await group.run()
        backend.close()
        try database.close()
        systemd?.close()
    }

    /// Fetches, reconciles once, and says how that went.
    func runOnce() async throws -> DaemonExit {
        try await prepare()
        guard configuration.source != nil else {
            throw ConfigurationError(
                "no source is configured; set source.git or source.directory in '\(paths.configuration)'")
        }
        _ = try await sourceReconciler.reconcile(sourceName)
        let source = try await objects.read(SourceKind.self, sourceName)
        if let stalled = source.status.conditions?[.stalled], stalled.status == .true {
            throw ConfigurationError("\(stalled.reason.rawValue): \(stalled.message)")
        }
        let (result, message) = try await hostReconciler.passOnce()
        let counts = ResourceCounts(try await environment.worker.run { [resources] in try resources.counts() })
        backend.close()
        try database.close()
        switch result {
        case .waitingForApproval, .denied: return .waitingForApproval
        case .failed, .rolledBack:
            throw ConfigurationError(message ?? "the run failed and was rolled back; look at the log")
        case .nothingToDo, .succeeded, .differencesLeft, .paused, .planChanged:
            return counts.drifted + counts.pending + counts.failed == 0 ? .fine : .differencesLeft
        }
    }

    /// Settles runs that a crash left, before anything else changes the host, and writes what the configuration says.
    private func prepare() async throws {
        if let recovery = database.recovery {
            logger.error(
                "state database was damaged and is rebuilt",
                metadata: [
                    LogKey.messageID: "\(MessageID.storeRecovered.rawValue)", LogKey.cause: "\(recovery.reason)",
                    LogKey.path: "\(recovery.movedTo)", LogKey.count: "\(recovery.salvagedVersions)",
                ])
        }
        let report = try await environment.executor.recover()
        for recovered in report.runs where recovered.outcome != .interrupted {
            logger.warning(
                "an unfinished run was settled",
                metadata: [
                    LogKey.messageID: "\(MessageID.runRecovered.rawValue)", LogKey.run: "\(recovered.run)",
                    LogKey.phase: "\(recovered.outcome.summary)",
                ])
        }
        try await SourceObject(objects: objects, configuration: configuration).publish()
    }
}

extension RunOutcome {
    /// The end in a few words.
    fileprivate var summary: String {
        switch self {
        case .succeeded: "finished"
        case .rolledBack(let failure): "undone: \(failure.message)"
        case .failed(let failure, let left): "failed, \(left.count) steps not undone: \(failure.message)"
        case .replan, .interrupted: "to be continued"
        }
    }
}

/// Runs the watcher until shutdown.
struct WatchService: Service {
    let watcher: HostWatcher

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await watcher.run()
        } onGracefulShutdown: {
            watcher.stop()
        }
    }
}

/// Tells of facts that changed until shutdown.
struct FactsWatchService: Service {
    let watcher: FactsWatcher

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await watcher.run()
        } onGracefulShutdown: {
            watcher.stop()
        }
    }
}

/// Lets the run in hand finish its batch when the daemon is asked to stop.
struct InterruptService: Service {
    let reconciler: HostReconciler<LinuxHost>

    func run() async throws {
        try await gracefulShutdown()
        reconciler.interrupt()
    }
}
