import Brahma
import ControllerRuntime
import HostRuntime
import Logging
import Model
import ServiceLifecycle
import Store
import Synchronization
import Vishnu

/// Follows `Source/default` and wakes the controller that a change concerns: a new spec or request the fetching one,
/// what was fetched or decided the host's loop.
///
/// Each controller's own writes wake nobody.
struct SourceTrigger: Service {
    private struct Seen: Sendable, Equatable {
        var generation: Int64?
        var request: String?
    }

    private struct Decided: Sendable, Equatable {
        var fetched: String?
        var handled: String?
        var held: SourceKind.HeldCommits?
        var paused: Pause?
    }

    let objects: any ObjectReading
    let sources: WorkQueue<String, ContinuousClock>
    let host: WorkQueue<LoopKey, ContinuousClock>
    let reconciler: HostReconciler<LinuxHost>
    let logger: Logger
    /// What changes while no watch tells of it.
    let absorptions: AsyncStream<WatchEvent>?
    private let state = Memory()

    init(
        objects: any ObjectReading, sources: WorkQueue<String, ContinuousClock>,
        host: WorkQueue<LoopKey, ContinuousClock>, reconciler: HostReconciler<LinuxHost>,
        absorptions: AsyncStream<WatchEvent>?, logger: Logger
    ) {
        self.objects = objects
        self.sources = sources
        self.host = host
        self.reconciler = reconciler
        self.absorptions = absorptions
        self.logger = logger
    }

    func run() async throws {
        let informer = Informer(
            store: objects, kind: SourceKind.descriptor.kind, clock: ContinuousClock(), logger: logger,
            handler: noteSource)
        let blueprints = Informer(
            store: objects, kind: BlueprintKind.descriptor.kind, clock: ContinuousClock(), logger: logger,
            handler: noteBlueprint)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await informer.run() }
            group.addTask { try await blueprints.run() }
            guard let absorptions else { return }
            group.addTask {
                await cancelWhenGracefulShutdown {
                    for await event in absorptions {
                        switch event.kind {
                        case SourceKind.descriptor.kind: noteSource(event)
                        case BlueprintKind.descriptor.kind: noteBlueprint(event)
                        default: break
                        }
                    }
                }
            }
        }
    }

    @Sendable private func noteSource(_ event: WatchEvent) {
        guard case .added(let object) = event.changeOrAddition else { return }
        let status: SourceKind.Status
        do { status = try Object<SourceKind>(object).status } catch { return }
        let now = Seen(
            generation: object.metadata.generation,
            request: object.metadata.annotations?[reconcileRequestedAnnotation])
        if state.seen.withLock({ last in
            defer { last = now }; return last != now
        }) {
            sources.add(object.metadata.name)
        }
        let next = Decided(
            fetched: status.fetched?.commit, handled: status.lastHandledReconcile, held: status.held,
            paused: status.paused)
        if state.decided.withLock({ last in
            defer { last = next }; return last != next
        }) {
            host.add(.pass)
        }
    }

    @Sendable private func noteBlueprint(_ event: WatchEvent) {
        // Those of a source change with its commits; the others are compiled anew when somebody changes one.
        if let owner = event.owner, owner == nil { sources.add(sourceName) }
        switch event.changeOrAddition {
        case .added(let object):
            if let blueprint = try? Object<BlueprintKind>(object) { reconciler.note(blueprint) }
        case .deleted(let object): reconciler.forgetBlueprint(object.metadata.name)
        case .modified, .bookmark: break
        }
    }

    /// What was seen last.
    private final class Memory: Sendable {
        let seen = Mutex<Seen?>(nil)
        let decided = Mutex<Decided?>(nil)
    }
}

extension WatchEvent {
    /// The kind of the object; nil for a bookmark.
    fileprivate var kind: KindName? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object.kind
        case .bookmark: nil
        }
    }

    /// The source that owns the object of a change; the inner nil for an object that the API made.
    fileprivate var owner: String?? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object):
            .some(object.metadata.labels?[ownerLabel])
        case .bookmark: nil
        }
    }

    /// An addition or a modification, as an addition.
    fileprivate var changeOrAddition: WatchEvent {
        if case .modified(let object) = self { .added(object) } else { self }
    }
}
