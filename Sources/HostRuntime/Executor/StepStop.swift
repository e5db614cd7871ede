import Model
import Store

/// Why the hand stopped in the middle of an action.
enum StepStop: Error {
    /// Something failed; the run is undone.
    case failure(RunFailure)
    /// A boundary hook stopped the executor as a crash does.
    case crash
}

extension StepStop {
    /// An operation on the host failed.
    ///
    /// What shows that the host is not as it was planned for means planning again.
    init(_ error: HostError, _ resource: ResourceID) {
        if error.code == .stopped {
            self = .crash
            return
        }
        let isChange = error.code == .exists || error.code == .notFound || error.code == .changed
        self = .failure(RunFailure(isChange ? .changed : .operation, resource: resource, error.message))
    }

    /// The journal or the content store failed.
    init(_ error: StoreError, _ resource: ResourceID? = nil) {
        self = .failure(RunFailure(error.code == .full ? .contentStoreFull : .store, resource: resource, error.message))
    }
}
