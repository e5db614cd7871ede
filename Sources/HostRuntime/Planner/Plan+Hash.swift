public import Model

extension Plan {
    /// The hash by which people and approvals name the plan: over the canonical JSON of the commit and, in order, the
    /// resource and the digests before and after of what changes.
    ///
    /// No times, nothing that does not change (DESIGN 13).
    public var hash: String {
        // Written down directly: values of thousands of changes would be made for their text alone.
        var hasher = ContentHasher()
        var text = Array("{\"changes\":[".utf8)
        for position in changes.indices {
            let change = changes[position]
            text.append(contentsOf: (position == 0 ? "[" : ",[").utf8)
            JSONValue.append(canonical: change.resource.description, to: &text)
            text.append(contentsOf: ",\"".utf8)
            change.before.appendText(to: &text)
            text.append(contentsOf: "\",\"".utf8)
            change.after.appendText(to: &text)
            text.append(contentsOf: "\"]".utf8)
            guard text.count > 1 << 14 else { continue }
            hasher.update(text)
            text.removeAll(keepingCapacity: true)
        }
        text.append(contentsOf: "],\"commit\":".utf8)
        JSONValue.append(canonical: commit, to: &text)
        text.append(UInt8(ascii: "}"))
        hasher.update(text)
        return hasher.finish().description
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
