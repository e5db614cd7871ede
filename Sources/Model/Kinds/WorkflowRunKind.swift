/// One durable execution of a plan.
///
/// The run journal on the host is its truth; the object is published from it.
public enum WorkflowRunKind: Kind {
    /// What is carried out.
    public struct Spec: Codable, Sendable, Hashable {
        /// Why.
        public var cause: PlanCause
        /// The commit that it leads to.
        public var commit: String
        /// The hash of the plan.
        public var planHash: String
        /// How many changes it has.
        public var changes: Int
        /// Who asked: `controller`, or a user as `uid:name`.
        public var requestedBy: String

        /// Makes a spec.
        public init(cause: PlanCause, commit: String, planHash: String, changes: Int, requestedBy: String) {
            self.cause = cause
            self.commit = commit
            self.planHash = planHash
            self.changes = changes
            self.requestedBy = requestedBy
        }
    }

    /// How far it came.
    public struct Status: Codable, Sendable, Hashable {
        /// The phase.
        public var phase: RunPhase?
        /// When the first step began.
        public var startTime: WallTime?
        /// When the run settled.
        public var completionTime: WallTime?
        /// Steps that are done.
        public var stepsDone: Int?
        /// All steps.
        public var stepsTotal: Int?
        /// Why it waits, failed or was rolled back.
        public var message: String?
        /// Ready, Reconciling, Stalled.
        public var conditions: [Condition]?

        /// Makes an empty status.
        public init() {}
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "WorkflowRun", plural: "workflowruns", singular: "workflowrun", shortNames: ["run", "runs"],
        isReadOnly: true,
        columns: [
            PrinterColumn("PHASE", path: ["status", "phase"]),
            PrinterColumn("CAUSE", path: ["spec", "cause"]),
            PrinterColumn("CHANGES", path: ["spec", "changes"], type: "integer"),
            PrinterColumn("COMMIT", path: ["spec", "commit"]),
            PrinterColumn("MESSAGE", path: ["status", "message"], priority: 1),
        ],
        summary: "WorkflowRun is one durable execution of a plan.")
}

/// The phase of a run.
public enum RunPhase: String, Codable, Sendable, Hashable, CaseIterable {
    /// Can transition to `running` once approved, to `denied`, to `superseded` when the plan changes.
    case waitingForApproval = "WaitingForApproval"
    /// Can transition to `succeeded`, `rollingBack`, and back to itself after a crash.
    case running = "Running"
    /// Can transition to `rolledBack` or `failed`.
    case rollingBack = "RollingBack"
    case succeeded = "Succeeded"
    /// Undone completely after a failure.
    case rolledBack = "RolledBack"
    /// Failed, and not everything could be undone.
    case failed = "Failed"
    case denied = "Denied"
    /// Another plan took its place before it began.
    case superseded = "Superseded"

    /// Whether nothing more happens to the run.
    public var isSettled: Bool {
        switch self {
        case .waitingForApproval, .running, .rollingBack: false
        case .succeeded, .rolledBack, .failed, .denied, .superseded: true
        }
    }
}
