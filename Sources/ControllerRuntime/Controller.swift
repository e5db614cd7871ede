public import Logging
import Metrics
import Model
public import ServiceLifecycle

/// Runs a reconciler over a work queue with a number of workers, until graceful shutdown: then the keys in hand are
/// finished and no new ones taken.
public struct Controller<R: Reconciler, Time: Clock>: Service where Time.Duration == Duration {
    /// The name in logs and metrics.
    public let name: String
    /// Where keys are added.
    public let queue: WorkQueue<R.Key, Time>
    private let reconciler: R
    private let workers: Int
    private let clock: Time
    private let logger: Logger
    private let executor: (any TaskExecutor)?

    /// Makes a controller; it does nothing until run.
    ///
    /// `executor` is where the workers run; without one they share the cooperative pool and must not block.
    public init(
        name: String, reconciler: R, queue: WorkQueue<R.Key, Time>, workers: Int = 1, clock: Time, logger: Logger,
        executor: (any TaskExecutor)? = nil
    ) {
        precondition(workers > 0, "controller '\(name)' needs a worker")
        self.name = name
        self.reconciler = reconciler
        self.queue = queue
        self.workers = workers
        self.clock = clock
        self.logger = logger
        self.executor = executor
    }

    /// Works until graceful shutdown or cancellation.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await queue.run() }
                for _ in 0..<workers { group.addTask(executorPreference: executor) { await work() } }
            }
        } onGracefulShutdown: {
            queue.shutDown()
        }
    }

    private func work() async {
        let metrics = ControllerMetrics(controller: name)
        while let key = await queue.next() {
            metrics.active.increment()
            let started = clock.now
            let result = await reconcile(key)
            metrics.time.recordSeconds(started.duration(to: clock.now))
            metrics.active.decrement()
            metrics.total(result).increment()
            queue.finish(key)
        }
    }

    /// Reconciles one key and requeues it as the outcome says; the label is the `result` of controller-runtime's
    /// metrics.
    private func reconcile(_ key: R.Key) async -> ReconcileResult {
        do {
            switch try await reconciler.reconcile(key) {
            case .done:
                queue.forget(key)
                return .success
            case .again(let delay):
                queue.forget(key)
                queue.add(key, after: delay)
                return .requeueAfter
            case .terminal(let reason, let message):
                queue.forget(key)
                logger.warning(
                    "reconciliation stalled until the spec changes",
                    metadata: [
                        LogKey.controller: "\(name)", LogKey.key: "\(key)", LogKey.reason: "\(reason.rawValue)",
                        LogKey.cause: "\(message)",
                    ])
                return .terminalError
            }
        } catch is CancellationError {
            return .success
        } catch {
            let delay = queue.addAfterFailure(key)
            logger.error(
                "reconciliation failed, retrying",
                metadata: [
                    LogKey.controller: "\(name)", LogKey.key: "\(key)", LogKey.cause: "\(error)",
                    LogKey.delay: "\(delay)",
                ])
            return .error
        }
    }
}

/// The `result` label of `controller_runtime_reconcile_total`.
enum ReconcileResult: String, CaseIterable {
    case success
    case requeueAfter = "requeue_after"
    case error
    case terminalError = "terminal_error"
}

/// The metrics of a controller, under controller-runtime's names.
struct ControllerMetrics: Sendable {
    let active: Meter
    let time: Recorder
    private let controller: String

    init(controller: String) {
        self.controller = controller
        let dimensions = [("controller", controller)]
        active = Meter(label: "controller_runtime_active_workers", dimensions: dimensions)
        time = Recorder(label: "controller_runtime_reconcile_time_seconds", dimensions: dimensions)
    }

    func total(_ result: ReconcileResult) -> Counter {
        Counter(
            label: "controller_runtime_reconcile_total",
            dimensions: [("controller", controller), ("result", result.rawValue)])
    }
}
