public import Model

/// Every reason that Vishnu sets on a condition, an Event or a resource's problem.
extension Reason {
    /// A run is under way.
    public static let running = Reason(rawValue: "Running")
    /// systemd has queued the unit's start already; it is looked at again when the job ends.
    public static let starting = Reason(rawValue: "Starting")
    /// A plan waits for a person.
    public static let waitingForApproval = Reason(rawValue: "WaitingForApproval")
    /// A person approved the plan.
    public static let approved = Reason(rawValue: "Approved")
    /// Another plan took the place of the one that was asked about, or nothing is left to ask.
    public static let superseded = Reason(rawValue: "Superseded")
    /// An operator paused it.
    public static let paused = Reason(rawValue: "Paused")
    /// A rollback holds newer commits until `resume` or a newer one.
    public static let held = Reason(rawValue: "Held")
    /// A person denied the plan; it is not asked again until the plan changes.
    public static let denied = Reason(rawValue: "Denied")
    /// The run failed its verification and was rolled back; the commit is not tried again.
    public static let verificationFailed = Reason(rawValue: "VerificationFailed")
    /// The run failed and was rolled back; it is tried again.
    public static let applyFailed = Reason(rawValue: "ApplyFailed")
    /// The run failed and not everything could be undone.
    public static let rollbackFailed = Reason(rawValue: "RollbackFailed")
    /// A resource could not be observed.
    public static let observationFailed = Reason(rawValue: "ObservationFailed")
    /// A resource cannot be brought to its declared state as things are.
    public static let notPossible = Reason(rawValue: "NotPossible")
    /// A resource waits for another one that failed or waits.
    public static let dependencyNotReady = Reason(rawValue: "DependencyNotReady")
    /// Differences exist that the mode or `onDrift` only reports.
    public static let differencesReported = Reason(rawValue: "DifferencesReported")
    /// A resource differs from its declaration.
    public static let drifted = Reason(rawValue: "Drifted")
    /// A drift was repaired.
    public static let repaired = Reason(rawValue: "Repaired")
    /// Somebody undoes every repair; the next one waits.
    public static let contested = Reason(rawValue: "Contested")
    /// `protect` forbids the change.
    public static let protected = Reason(rawValue: "Protected")
    /// The store of replaced bytes is full and refuses a change that it could not undo.
    public static let contentStoreFull = Reason(rawValue: "ContentStoreFull")
    /// The state database or the store of replaced bytes cannot be written.
    public static let storeUnavailable = Reason(rawValue: "StoreUnavailable")
    /// A run changed resources.
    public static let changed = Reason(rawValue: "Changed")
    /// A run was rolled back.
    public static let rolledBack = Reason(rawValue: "RolledBack")
}
