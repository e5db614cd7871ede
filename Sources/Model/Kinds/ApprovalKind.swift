/// A person's answer to one plan of one run.
///
/// Named for the run.
public enum ApprovalKind: Kind {
    /// What is asked.
    public struct Spec: Codable, Sendable, Hashable {
        /// The run that waits.
        public var run: String
        /// The plan that an approval binds to.
        public var planHash: String
        /// Why an approval is needed.
        public var reason: String

        /// Makes a question.
        public init(run: String, planHash: String, reason: String) {
            self.run = run
            self.planHash = planHash
            self.reason = reason
        }
    }

    /// What was answered.
    public struct Status: Codable, Sendable, Hashable {
        /// The answer; nil while nobody answered.
        public var decision: ApprovalDecision?
        /// Who answered.
        public var by: String?
        /// When.
        public var time: WallTime?
        /// Ready once somebody answered, Reconciling while it waits, Stalled when the question no longer arises.
        public var conditions: [Condition]?

        /// Makes an empty status.
        public init() {}
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "Approval", plural: "approvals", singular: "approval",
        columns: [
            PrinterColumn("DECISION", path: ["status", "decision"]),
            PrinterColumn("BY", path: ["status", "by"]),
            PrinterColumn("REASON", path: ["spec", "reason"]),
        ],
        summary: "Approval is the question whether a plan may run, and a person's answer.")
}

/// An answer.
public enum ApprovalDecision: String, Codable, Sendable, Hashable {
    case approved = "Approved"
    case denied = "Denied"
}
