public import Model

extension Plan {
    /// The hash by which people and approvals name the plan: over the canonical JSON of the commit and, in order, the
    /// resource and the digests before and after of what changes.
    ///
    /// No times, nothing that does not change (DESIGN 13).
    public var hash: String {
        // Written down directly: values of thousands of changes would be made for their text alone.
        var text = Array("{\"changes\":[".utf8)
        text.reserveCapacity(changes.count * 192)
        for change in changes {
            if text.last != UInt8(ascii: "[") { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "["))
            text.append(contentsOf: JSONValue.string(change.resource.description).canonicalBytes)
            text.append(contentsOf: ",\"\(change.before)\",\"\(change.after)\"]".utf8)
        }
        text.append(contentsOf: "],\"commit\":".utf8)
        text.append(contentsOf: JSONValue.string(commit).canonicalBytes)
        text.append(UInt8(ascii: "}"))
        return ContentDigest(hashing: text).description
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
