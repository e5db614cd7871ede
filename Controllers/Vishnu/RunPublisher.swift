import ControllerRuntime
public import HostRuntime
public import Logging
import Model
public import ServiceLifecycle
public import Store

/// Publishes runs from the journal as `WorkflowRun` objects.
///
/// The journal is the truth; an object that is missing or behind is brought up to it after a restart.
public struct RunPublisher: Service {
    private let journal: RunJournal
    private let settings: SettingTable
    private let objects: any ObjectStore
    private let worker: any BlockingWorker
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let cursorName = "runs.published"
    /// How long no run changes before they are published, as one change often follows another within milliseconds.
    ///
    /// While one run follows the other this is not in the way of the next, for as long as runs wait to be settled too.
    private let quietTime = Duration.milliseconds(20)
    private let quietRoundsMaximum = 250

    /// Makes a publisher; it does nothing until run.
    public init(
        journal: RunJournal, settings: SettingTable, objects: any ObjectStore, worker: any BlockingWorker,
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.journal = journal
        self.settings = settings
        self.objects = objects
        self.worker = worker
        self.clock = clock
        self.logger = logger
    }

    /// Publishes until shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await publishPending()
            for await _ in journal.updates() {
                do { try await waitForQuiet() } catch { return }
                await publishPending()
            }
        }
    }

    /// Waits until no run changes for a moment, five seconds at most.
    private func waitForQuiet() async throws {
        var seen: ResourceVersion?
        for _ in 0..<quietRoundsMaximum {
            try await clock.sleep(for: quietTime)
            let now = try await worker.run { [journal] in try journal.latestVersion() }
            if now == seen { return }
            seen = now
        }
    }

    /// Publishes what changed since the last time; what fails is published with the next change.
    public func publishPending() async {
        do {
            var cursor = try await worker.run { [settings, cursorName] in
                ResourceVersion(UInt64(try settings.value(cursorName)?.integerValue ?? 0))
            }
            while true {
                let after = cursor
                let changed = try await worker.run { [journal] in try journal.changes(after: after, limit: 200) }
                guard let last = changed.last else { return }
                for summary in changed { try await publish(summary) }
                cursor = last.version
                let next = JSONValue.integer(Int64(cursor.value))
                try await worker.run { [settings, cursorName] in
                    try settings.set(cursorName, to: next, durability: .deferred)
                }
            }
        } catch {
            logger.warning("cannot publish runs, retrying with the next one", metadata: [LogKey.cause: "\(error)"])
        }
    }

    private func publish(_ run: RunSummary) async throws {
        do {
            try await objects.modify(WorkflowRunKind.self, run.name, part: .status) { $0.status = Self.status(of: run) }
        } catch let error as StoreError where error.code == .notFound {
            let object = Object<WorkflowRunKind>(
                metadata: ObjectMeta(name: run.name), spec: run.spec, status: Self.status(of: run))
            do {
                try await objects.make(object)
            } catch let error as StoreError where error.code == .alreadyExists {
                // Published by another call meanwhile, from the same journal.
            }
        }
    }

    static func status(of run: RunSummary) -> WorkflowRunKind.Status {
        var status = WorkflowRunKind.Status()
        status.phase = run.phase
        status.startTime = run.startTime
        status.completionTime = run.completionTime
        status.stepsDone = run.stepsDone
        status.stepsTotal = run.stepsTotal
        status.message = run.message
        var conditions: [Condition] = []
        conditions.set(
            ready: run.phase == .succeeded, reconciling: !run.phase.isSettled,
            stalled: run.phase == .failed || run.phase == .rolledBack || run.phase == .denied,
            reason: Reason(rawValue: run.phase.rawValue), message: run.message ?? "",
            at: run.completionTime ?? run.startTime ?? run.createdTime)
        status.conditions = conditions
        return status
    }
}
