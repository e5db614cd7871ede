import Synchronization

/// The jobs that are waited for, fed by the signals of one connection.
final class JobBoard: Sendable {
    private let registry = Mutex(JobRegistry())

    /// Makes room for a job that is about to be asked for; throws if too many are under way.
    func reserve(_ waiter: Monitor<JobWait>) throws(SystemdError) {
        guard registry.withLock({ $0.reserve(waiter) }) else {
            throw SystemdError(
                .overloaded, "cannot ask for another job: the service manager still has too many from here")
        }
    }

    /// Called on the bus thread while the answer is read that names the job.
    func expect(_ path: String, _ waiter: Monitor<JobWait>) {
        registry.withLock { $0.expect(path, waiter) }
    }

    /// Called by a waiter that is done or gives up.
    func forget(_ waiter: Monitor<JobWait>) {
        registry.withLock { $0.forget(waiter) }
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
                    let result = signal.arguments[3].text
                else { return }
                for waiter in registry.withLock({ $0.removed(path) }) {
                    waiter.update { $0.advance(to: .ended(JobResult(rawValue: result))) }
                }
            case (SystemManager.interface, "Reloading"), ("org.freedesktop.DBus", "NameOwnerChanged"):
                for waiter in registry.withLock({ $0.doubt() }) { waiter.update { $0.advance(to: .doubtful) } }
            default:
                return
            }
        }
    }
}
