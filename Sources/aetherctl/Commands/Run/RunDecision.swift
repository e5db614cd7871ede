import ControlClient
import Model

/// An answer to a run that waits.
struct RunDecision {
    private let name: String
    private let decision: ApprovalDecision
    private let planHash: String?

    init(_ id: String, _ decision: ApprovalDecision, planHash: String?) {
        name = RunName.parse(id)
        self.decision = decision
        self.planHash = planHash
    }

    /// Gives the answer.
    ///
    /// Without a hash it is bound to the plan that is asked about now, so that one which takes its
    /// place meanwhile is not answered by mistake.
    func make(_ console: Console) async throws -> CommandExit {
        let client = try console.client()
        let hash: String
        if let planHash {
            hash = planHash
        } else {
            hash = try await client.get(ApprovalKind.self, name).spec.planHash
        }
        try await client.decide(name, DecisionRequest(decision: decision, planHash: hash))
        try console.write("\(name) \(decision.rawValue.lowercased()), plan \(hash)".onOneLine)
        return .fine
    }
}
