import Synchronization

/// The jobs that are waited for, fed by the signals of one connection.
final class JobBoard: Sendable {
    private let registry = Mutex(JobRegistry())

    /// Called on the bus thread.
    func expect(_ path: String, _ waiter: Monitor<JobWait>) {
        registry.withLock { $0.expect(path, waiter) }
    }

    /// Called by a waiter that gives up.
    func forget(_ path: String) {
        registry.withLock { $0.forget(path) }
    }

    /// Called on the bus thread with every event, before the owner sees it.
    func receive(_ event: BusEvent) {
        switch event {
        case .disconnected:
            for waiter in registry.withLock({ $0.removeAll() }) { waiter.update { $0.advance(to: .disconnected) } }
        case .signal(let signal):
            switch (signal.interface, signal.member) {
            case (SystemManager.interface, "JobRemoved"):
                guard signal.arguments.count == 4, let path = signal.arguments[1].text,
                    let result = signal.arguments[3].text,
                    let waiter = registry.withLock({ $0.removed(path) })
                else { return }
                waiter.update { $0.advance(to: .ended(JobResult(rawValue: result))) }
            case (SystemManager.interface, "Reloading"), ("org.freedesktop.DBus", "NameOwnerChanged"):
                for waiter in registry.withLock({ $0.all }) { waiter.update { $0.advance(to: .doubtful) } }
            default:
                return
            }
        }
    }
}
