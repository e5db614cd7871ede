extension JSONValue {
    /// The value with what a manager applies laid over it.
    func applying(_ wanted: JSONValue, _ shape: MergeShape) -> JSONValue {
        switch (self, wanted) {
        case (.object(var members), .object(let changes)):
            for (name, change) in changes {
                members[name] = members[name].map { $0.applying(change, shape.member(name)) } ?? change
            }
            return .object(members)
        case (.array(let elements), .array(let changes)):
            guard let before = shape.index(elements), let after = shape.index(changes) else { return wanted }
            var changed = Dictionary(uniqueKeysWithValues: after.map { ($0.key, $0.value) })
            var result = before.map { key, element in
                changed.removeValue(forKey: key).map { element.applying($0, shape.element) } ?? element
            }
            result += after.compactMap { changed[$0.key] }
            return .array(result)
        default: return wanted
        }
    }

    /// The value without the places that are no longer applied, except where somebody else keeps them.
    ///
    /// An object or list that becomes empty by it goes too, unless `depth` says that it is a part of every object.
    func pruning(_ places: FieldSet, keeping kept: FieldSet, _ shape: MergeShape, depth: Int = 0) -> JSONValue {
        switch self {
        case .object(var members):
            for (element, node) in places.nodes {
                guard case .member(let name) = element, let value = members[name] else { continue }
                members[name] = value.pruned(node, kept.nodes[element], shape.member(name), depth: depth + 1)
            }
            return .object(members)
        case .array(let elements):
            guard let indexed = shape.index(elements) else { return self }
            return .array(
                indexed.compactMap { key, value in
                    guard let node = places.nodes[key] else { return value }
                    return value.pruned(node, kept.nodes[key], shape.element, depth: depth + 1)
                })
        default: return self
        }
    }

    /// The part that is left of a value; nil when nothing is.
    private func pruned(
        _ node: FieldSet.Node, _ kept: FieldSet.Node?, _ shape: MergeShape, depth: Int
    ) -> JSONValue? {
        if node.isMember, kept == nil { return nil }
        if node.children.isEmpty { return self }
        let left = pruning(node.children, keeping: kept?.children ?? FieldSet(), shape, depth: depth)
        let isNowEmpty = left != self && (left == .object([:]) || left == .array([]))
        return isNowEmpty && kept == nil && depth > 1 ? nil : left
    }
}
