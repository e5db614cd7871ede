public import ControllerRuntime
public import HostRuntime
public import Logging
public import Model
public import Store

/// Everything that the host's loop works with; made once by the executable.
public struct HostEnvironment<Host: HostMutating>: Sendable {
    /// API objects.
    public let objects: any ObjectStore
    /// Runs and their steps.
    public let journal: RunJournal
    /// The state of every resource.
    public let resources: ResourceTable
    /// Compiled commits.
    public let generations: GenerationTable
    /// Replaced and declared bytes.
    public let content: ContentStore
    /// The audit chain.
    public let audit: AuditLog
    /// The host.
    public let host: Host
    /// Observes it and plans.
    public let planner: HostPlanner<Host>
    /// Changes it.
    public let executor: Executor<Host>
    /// Where blocking calls run.
    public let worker: any BlockingWorker
    /// Events for people.
    public let events: EventRecorder
    /// The log.
    public let logger: Logger
    /// Settings of the loop.
    public let settings: HostSettings
    /// Brings the published runs up to the journal.
    public let publishRuns: @Sendable () async -> Void
    /// Ends repairs beside the loop.
    public let endings: RunEndings<RunEnding<Host>>
    /// Called when a repair that was handed over could not be ended and was undone, so that it is tried again.
    public let repairFailed: @Sendable () -> Void
    /// Called after the declarations in force changed, so that the watcher follows them.
    public let declarationsChanged: @Sendable ([DeclaredResource]) -> Void
    /// Returns once the watcher has told who touched these resources before the call, as far as it saw that.
    public let authorsTold: @Sendable ([ResourceID]) async -> Void

    /// Collects the parts.
    public init(
        objects: any ObjectStore, journal: RunJournal, resources: ResourceTable, generations: GenerationTable,
        content: ContentStore, audit: AuditLog, host: Host, planner: HostPlanner<Host>, executor: Executor<Host>,
        worker: any BlockingWorker, events: EventRecorder, logger: Logger, settings: HostSettings,
        publishRuns: @escaping @Sendable () async -> Void, endings: RunEndings<RunEnding<Host>>,
        repairFailed: @escaping @Sendable () -> Void,
        declarationsChanged: @escaping @Sendable ([DeclaredResource]) -> Void,
        authorsTold: @escaping @Sendable ([ResourceID]) async -> Void
    ) {
        self.objects = objects
        self.journal = journal
        self.resources = resources
        self.generations = generations
        self.content = content
        self.audit = audit
        self.host = host
        self.planner = planner
        self.executor = executor
        self.worker = worker
        self.events = events
        self.logger = logger
        self.settings = settings
        self.publishRuns = publishRuns
        self.endings = endings
        self.repairFailed = repairFailed
        self.declarationsChanged = declarationsChanged
        self.authorsTold = authorsTold
    }
}

/// Settings of the host's loop.
public struct HostSettings: Sendable, Hashable {
    /// The time between two passes over everything, the safety net of I7.
    public var fullPass: Duration
    /// The share of managed resources that a commit may remove without approval, in percent.
    public var removalLimitPercent: Int

    /// Makes settings.
    ///
    /// Thirty minutes and a fifth: a lost event is rare, and losing a fifth of a host at once is rarely meant.
    public init(fullPass: Duration = .seconds(1800), removalLimitPercent: Int = 20) {
        self.fullPass = fullPass
        self.removalLimitPercent = removalLimitPercent
    }
}
