import Model
import Store

/// What the loop keeps of the resources' rows.
struct KnownRows: Sendable {
    var phases: [ResourceID: ResourcePhase] = [:]
    var paused: [ResourceID: Pause] = [:]
    /// Units that systemd was about to start by itself.
    var starting: Set<ResourceID> = []
    /// Whether the rows have the declarations of what is in force, and not those of a commit that was tried since.
    var areOfInForce: Bool

    init(_ rows: [ResourceRow], inForce: LoadedGeneration?) {
        areOfInForce = inForce != nil
        for row in rows {
            phases[row.id] = row.status.phase ?? .pending
            if let pause = row.status.paused { paused[row.id] = pause }
            if row.status.conditions?[.ready]?.reason == .starting { starting.insert(row.id) }
            if let declared = inForce?[row.id], declared != row.declared { areOfInForce = false }
        }
        // The row of what a commit left out that failed since is gone.
        if let inForce, inForce.resources.contains(where: { phases[$0.id] == nil }) { areOfInForce = false }
    }
}
