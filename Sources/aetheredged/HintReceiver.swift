import ControllerRuntime
import HostRuntime
import Logging
import Model
import Synchronization
import Vishnu

/// Hands what the watcher noticed to the host's loop.
final class HintReceiver: Sendable {
    private let queue: WorkQueue<LoopKey, ContinuousClock>
    private let logger: Logger
    private let reconciler = Mutex<HostReconciler<LinuxHost>?>(nil)

    init(queue: WorkQueue<LoopKey, ContinuousClock>, logger: Logger) {
        self.queue = queue
        self.logger = logger
    }

    func attach(_ reconciler: HostReconciler<LinuxHost>) { self.reconciler.withLock { $0 = reconciler } }

    func receive(_ hint: WatchHint) {
        switch hint {
        case .resources(let ids, let actor, let time):
            let reconciler = reconciler.withLock { $0 }
            for id in ids { reconciler?.note(id, actor: actor, time: time) }
            queue.add(.drift)
        case .everything(let reason):
            logger.info("observing everything", metadata: [LogKey.reason: "\(reason)"])
            reconciler.withLock { $0 }?.noteEventsLost()
            queue.add(.pass)
        }
    }

    /// Says once how well the authors of drift are seen.
    func receive(_ sight: ProcessSight) {
        switch sight {
        case .everything:
            logger.info("authors of drift are seen by fanotify and the process connector")
        case .programs(let refusal):
            logger.notice(
                "authors of drift are seen by fanotify only, the process connector does not speak here",
                metadata: [LogKey.cause: "\(refusal)"])
        case .unseen(let refusal):
            logger.warning(
                "authors of drift cannot be named, fanotify is refused", metadata: [LogKey.cause: "\(refusal)"])
        }
    }
}
