import ControllerRuntime
import HostRuntime
import LinuxIO
import Logging
import Model
import ServiceLifecycle
import Store

/// Keeps store and memory small: checkpoints off the hot path, collects what retention has ended, and gives back what
/// the last pass left free.
struct MaintenanceService: Service {
    let database: HostDatabase
    let journal: RunJournal
    let content: ContentStore
    let worker: any BlockingWorker
    let runsKept: Int
    let logger: Logger
    private let checkpointInterval = Duration.seconds(30)
    private let collectionRounds = 120
    private let unusedMaximum = 2 << 20

    init(
        database: HostDatabase, journal: RunJournal, content: ContentStore, worker: any BlockingWorker, runsKept: Int,
        logger: Logger
    ) {
        self.database = database
        self.journal = journal
        self.content = content
        self.worker = worker
        self.runsKept = runsKept
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var round = 0
            while !Task.isCancelled {
                do { try await ContinuousClock().sleep(for: checkpointInterval) } catch { return }
                round += 1
                await maintain(collects: round % collectionRounds == 0)
            }
        }
    }

    private func maintain(collects: Bool) async {
        do {
            try await worker.run { [database, journal, content, runsKept, unusedMaximum] in
                _ = try database.checkpointIfDue()
                if ProcessMemory.unusedBytes > unusedMaximum {
                    try database.releaseMemory()
                    ProcessMemory.trim()
                }
                guard collects else { return }
                _ = try journal.prune(keep: runsKept, olderThan: systemWallTime())
                _ = try content.collectGarbage(now: systemWallTime())
            }
        } catch {
            logger.warning("cannot tidy the store, trying again later", metadata: [LogKey.cause: "\(error)"])
        }
    }
}
