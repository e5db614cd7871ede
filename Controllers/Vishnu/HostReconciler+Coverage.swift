import HostRuntime
import Model
import Store
import Synchronization

/// An approved generation covers drift back to it (DESIGN 13): each resource's row keeps what a person approved.
extension HostReconciler {
    /// Notes, durably and before the run begins, that a person approved what it leads to.
    ///
    /// A plan for a commit stands for all that the commit proposes: also what held already, and so is not in the plan.
    /// A plan that repairs drift stands for what it repairs.
    func noteApproval(of run: RunRecord, towards target: LoadedGeneration) async throws {
        let planned = Set(run.plan.changes.map(\.resource))
        let phases = state.withLock { $0.phases }
        let approved = target.resources.filter { declared in
            guard declared.mode == .propose else { return false }
            return planned.contains(declared.id) || (run.plan.cause != .drift && phases[declared.id] == .inSync)
        }
        guard !approved.isEmpty else { return }
        let environment = environment
        try await environment.worker.run {
            let rows = try environment.resources.rows(ids: approved.map(\.id))
            var statuses = Dictionary(rows.map { ($0.id, $0.status) }) { first, _ in first }
            for declared in approved {
                let digest = try declared.attributesDigest
                statuses[declared.id]?.approve(digest, by: run.name)
            }
            try environment.resources.setApproved(statuses.mapValues { $0.approved ?? [] }, durability: .synced)
        }
    }

    /// The resources of a plan of drift whose declaration in the target was approved.
    func approved(_ plan: Plan, in target: LoadedGeneration) async throws -> Set<ResourceID> {
        guard plan.cause == .drift else { return [] }
        let proposed = plan.changes.compactMap { target[$0.resource] }.filter { $0.mode == .propose }
        guard !proposed.isEmpty else { return [] }
        let environment = environment
        return try await environment.worker.run {
            var approved: Set<ResourceID> = []
            for row in try environment.resources.rows(ids: proposed.map(\.id)) {
                guard let digest = try target[row.id]?.attributesDigest, row.status.isApproved(digest) else { continue }
                approved.insert(row.id)
            }
            return approved
        }
    }
}
