public import LinuxIO
public import Model
import Synchronization

/// Watches every declared path and says who touched it: fanotify directory marks with the acting process where the
/// kernel lets us, inotify without one elsewhere.
///
/// One named thread waits for changes, and one or several for starts of programs; nothing polls.
public final class HostWatcher: Sendable {
    /// What other threads ask of the watcher's thread.
    struct Requests: Sendable {
        /// Declarations to watch from now on.
        var declared: [DeclaredResource]?
        /// Units that systemd announced something about, with the boot time in seconds.
        var units: [String: Double] = [:]
        /// systemd may have done things that it did not announce.
        var areAllUnitsSuspect = false
        /// Resources of which somebody waits to be told, and how they learn that they were.
        var asked: [(resources: [ResourceID], told: AsyncStream<Never>.Continuation)] = []
        /// Whether anybody takes these requests.
        var isRunning = false
        /// The loop ends.
        var isStopped = false
    }

    private static let unitsMaximum = 4_096
    /// Who asks to be told waits for so long at most.
    private static let patience = Duration.seconds(1)
    private let requests = Mutex(Requests())
    private let wake: EventDescriptor
    private let thread: WorkerThread
    private let programThread: WorkerThread
    private let processes: @Sendable (ProcessSight) -> Void
    private let root: RootDirectory
    private let wallTime: @Sendable () -> WallTime
    private let clock: any Clock<Duration>
    private let handler: @Sendable (WatchHint) -> Void

    /// Makes a watcher that watches nothing yet.
    ///
    /// The handler runs on the watcher's thread and must be quick. `processes` is told once how well processes are
    /// seen.
    public init(
        root: RootDirectory, wallTime: @escaping @Sendable () -> WallTime,
        clock: any Clock<Duration> = ContinuousClock(),
        processes: @escaping @Sendable (ProcessSight) -> Void = { _ in },
        handler: @escaping @Sendable (WatchHint) -> Void
    ) throws(LinuxIOError) {
        self.root = root
        self.wallTime = wallTime
        self.clock = clock
        self.handler = handler
        self.processes = processes
        wake = try EventDescriptor()
        thread = try WorkerThread(name: "ae-watch")
        programThread = try WorkerThread(name: "ae-programs")
    }

    /// Watches until `stop` or until the task is cancelled.
    public func run() async throws {
        try await withTaskCancellationHandler {
            let feed = try await programThread.run { [self] in try openFeed() }
            let helpers = try (1..<(feed?.threadCount ?? 1)).map { _ in try WorkerThread(name: programThread.name) }
            let programThreads = [programThread] + helpers
            try await withThrowingDiscardingTaskGroup { group in
                if let feed {
                    for (number, thread) in programThreads.enumerated() {
                        group.addTask {
                            do { try await thread.run { try feed.run(number) } } catch {
                                // Ends the others, which block: their end is waited for before the error is told.
                                self.stop()
                                throw error
                            }
                        }
                    }
                }
                group.addTask {
                    defer { feed?.stop() }
                    self.requests.withLock { $0.isRunning = true }
                    defer { self.endAsking() }
                    try await self.thread.run {
                        var loop = try WatchLoop(
                            root: self.root, feed: feed, wallTime: self.wallTime, handler: self.handler)
                        try loop.run(wake: self.wake) { self.take() }
                    }
                }
            }
        } onCancel: {
            stop()
        }
    }

    /// Watches these resources from now on.
    ///
    /// A hint for everything follows once the marks are set, since what changed before them was not seen.
    public func watch(_ declared: [DeclaredResource]) {
        requests.withLock { $0.declared = declared }
        wake.signal()
    }

    /// Notes that systemd announced something about a unit; from any thread.
    public func noteUnit(_ name: String) {
        let (seconds, attoseconds) = bootTimeNow().components
        let boot = Double(seconds) + Double(attoseconds) / 1e18
        requests.withLock { requests in
            guard requests.units.count < Self.unitsMaximum else {
                requests.areAllUnitsSuspect = true
                return
            }
            if requests.units[name] == nil { requests.units[name] = boot }
        }
        wake.signal()
    }

    /// Notes that systemd may have done things that it did not announce; from any thread.
    public func noteAllUnits() {
        requests.withLock { $0.areAllUnitsSuspect = true }
        wake.signal()
    }

    /// Returns once all has been told that the kernel noticed of these resources before the call, writes that are not
    /// closed yet too.
    ///
    /// It does not wait while nothing is watched, and not for longer than a second.
    public func tell(of resources: [ResourceID]) async {
        // Nothing goes through it but its end.
        let (answer, told) = AsyncStream<Never>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let isAsked = requests.withLock { requests in
            if requests.isRunning { requests.asked.append((resources, told)) }
            return requests.isRunning
        }
        guard isAsked else { return }
        wake.signal()
        await withTaskGroup(of: Void.self) { [clock] group in
            group.addTask { for await _ in answer {} }
            group.addTask { do { try await clock.sleep(for: Self.patience) } catch { return } }
            await group.next()
            group.cancelAll()
        }
    }

    private func endAsking() {
        let asked = requests.withLock { requests in
            requests.isRunning = false
            defer { requests.asked = [] }
            return requests.asked
        }
        for (_, told) in asked { told.finish() }
    }

    /// Ends the loop.
    public func stop() {
        requests.withLock { $0.isStopped = true }
        wake.signal()
    }

    /// The starts of programs, with the processes that run already; nil where fanotify is refused.
    private func openFeed() throws -> ExecutionFeed? {
        let feed: ExecutionFeed
        do throws(LinuxIOError) {
            feed = try ExecutionFeed()
        } catch {
            processes(.unseen(error))
            return nil
        }
        feed.mark(try MountInformation.current())
        try feed.begin()
        processes(feed.refusal.map { .programs($0) } ?? .everything)
        return feed
    }

    private func take() -> Requests {
        requests.withLock { requests in
            defer { requests = Requests(isRunning: requests.isRunning, isStopped: requests.isStopped) }
            return requests
        }
    }
}
