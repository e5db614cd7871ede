import Model

/// Tells drift from change: a difference that appeared after convergence from one that a new commit wants.
///
/// Pure.
struct ChangeSplit: Sendable, Hashable {
    /// Changes back to what was in force already.
    var drift: [Change] = []
    /// Changes that the target wants and what is in force did not.
    var wanted: [Change] = []

    /// Splits the changes of a plan.
    ///
    /// A resource drifted when what is in force declares it with the same attributes and it had converged; everything
    /// else is wanted, and so is a drift that depends on something wanted, so that order is kept.
    static func split(
        _ changes: [Change], target: (ResourceID) -> DeclaredResource?, inForce: (ResourceID) -> DeclaredResource?,
        hasConverged: (ResourceID) -> Bool
    ) -> ChangeSplit {
        var split = ChangeSplit()
        var wantedResources: Set<ResourceID> = []
        for change in changes {
            let declared = target(change.resource)
            let before = inForce(change.resource)
            let isSame = declared != nil && declared?.attributes == before?.attributes
            let dependsOnWanted = change.dependencies.contains { wantedResources.contains($0) }
            if isSame, hasConverged(change.resource), !dependsOnWanted {
                split.drift.append(change)
            } else {
                split.wanted.append(change)
                wantedResources.insert(change.resource)
            }
        }
        return split
    }
}
