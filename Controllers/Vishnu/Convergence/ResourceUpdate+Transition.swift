import HostRuntime
import Model
import Store

extension ResourceUpdate {
    /// A unit that waits for its start.
    init(_ id: ResourceID, _ transition: UnitTransition, declared: DeclaredResource? = nil) {
        let message =
            switch transition {
            case .starting: "systemd has queued its start already; it is looked at again when the job ends"
            case .shuttingDown: "the machine shuts down"
            }
        self.init(id, phase: .pending, reason: .starting, message: message, declared: declared)
    }
}
