public import Model

extension Plan {
    /// The hash by which people and approvals name the plan: over the canonical JSON of the commit and, in order, the
    /// resource and the digests before and after of what changes.
    ///
    /// No times, nothing that does not change (DESIGN 13).
    public var hash: String {
        let rows = changes.map { change -> JSONValue in
            [
                .string(change.resource.description), .string(change.before.description),
                .string(change.after.description),
            ]
        }
        let value: JSONValue = ["commit": .string(commit), "changes": .array(rows)]
        return ContentDigest(hashing: value.canonicalBytes).description
    }

    /// The plan without some changes and without those that depend on them, and which those are.
    public func excluding(_ excluded: Set<ResourceID>) -> (plan: Plan, blocked: [ResourceID]) {
        var gone = excluded
        var blocked: [ResourceID] = []
        var kept: [Change] = []
        for change in changes where !excluded.contains(change.resource) {
            if change.dependencies.contains(where: gone.contains) {
                gone.insert(change.resource)
                blocked.append(change.resource)
            } else {
                kept.append(change)
            }
        }
        return (Plan(cause: cause, commit: commit, changes: kept), blocked)
    }
}
