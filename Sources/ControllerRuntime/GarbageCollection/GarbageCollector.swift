public import Logging
public import Model
public import ServiceLifecycle
public import Store
import Synchronization

/// Deletes objects whose owners are gone, as the garbage collector of Kubernetes does, and completes deletions in the
/// foreground and those that orphan.
///
/// It follows the kinds that clients write. Owners of other kinds are looked up whenever an object that they own
/// changes, and when the daemon starts.
public struct GarbageCollector<Time: Clock>: Service where Time.Duration == Duration {
    private let store: any ObjectStore
    private let kinds: [KindName]
    private let clock: Time
    private let logger: Logger
    private let reconciler: CollectingReconciler
    private let queue: WorkQueue<ObjectKey, Time>

    /// Makes a collector; it does nothing until run.
    ///
    /// `readers` are where objects of some kinds are read, if not in the store. `audit` records each deletion before it
    /// is made; while it throws, the object stays.
    public init(
        store: any ObjectStore, readers: [KindName: any ObjectReading] = [:],
        kinds: [KindName] = KindRegistry.descriptors.filter { !$0.isReadOnly }.map(\.kind), clock: Time,
        logger: Logger, audit: @escaping @Sendable (CollectedObject) async throws -> Void
    ) {
        self.store = store
        self.kinds = kinds
        self.clock = clock
        self.logger = logger
        reconciler = CollectingReconciler(store: store, readers: readers, audit: audit, logger: logger)
        queue = WorkQueue(name: "garbage", clock: clock)
    }

    /// Collects until graceful shutdown or cancellation.
    public func run() async throws {
        let listed = Listed(kinds)
        try await withThrowingDiscardingTaskGroup { group in
            for kind in kinds {
                let informer = Informer(
                    store: store, kind: kind, clock: clock, logger: logger,
                    listed: { [queue, reconciler] in
                        // What was deleted while nobody watched is noticed by those that it owned.
                        if listed.note(kind) { for key in reconciler.owned { queue.add(key) } }
                    },
                    handler: { [queue, reconciler] event in
                        for key in reconciler.observe(event) { queue.add(key) }
                    })
                group.addTask { try await informer.run() }
            }
            let controller = Controller(
                name: "garbage", reconciler: reconciler, queue: queue, clock: clock, logger: logger)
            group.addTask {
                // Before every kind is listed it is not known what an object owns.
                await cancelWhenGracefulShutdown { await listed.wait() }
                try await controller.run()
            }
        }
    }
}

/// Which kinds were listed at least once.
private final class Listed: Sendable {
    private let missing: Mutex<Set<KindName>>
    private let signal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(_ kinds: [KindName]) {
        missing = Mutex(Set(kinds))
        if kinds.isEmpty { signal.continuation.finish() }
    }

    /// Notes a kind; answers whether all are listed.
    func note(_ kind: KindName) -> Bool {
        let isComplete = missing.withLock { missing in
            missing.remove(kind)
            return missing.isEmpty
        }
        if isComplete { signal.continuation.finish() }
        return isComplete
    }

    /// Waits until every kind was listed, or the task is cancelled.
    func wait() async { for await _ in signal.stream {} }
}
