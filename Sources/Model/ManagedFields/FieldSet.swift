/// A set of places within an object: the fields that a manager has set.
public struct FieldSet: Sendable, Hashable {
    /// What is known of one part of a value.
    struct Node: Sendable, Hashable {
        /// Whether the part itself is in the set.
        var isMember = false
        /// Which parts of it are.
        var children = FieldSet()
    }

    /// The parts that are in the set, or have parts that are.
    private(set) var nodes: [FieldElement: Node] = [:]

    /// Makes an empty set.
    public init() {}

    /// Whether no place is in the set.
    public var isEmpty: Bool { nodes.isEmpty }

    /// Adds a place.
    public mutating func insert(_ path: [FieldElement]) { insert(path[...]) }

    /// Whether a place is in the set.
    public func contains(_ path: [FieldElement]) -> Bool { contains(path[...]) }

    /// The places that are in either set.
    public func union(_ other: FieldSet) -> FieldSet {
        var result = self
        for (element, node) in other.nodes {
            var mine = result.nodes[element] ?? Node()
            mine.isMember = mine.isMember || node.isMember
            mine.children = mine.children.union(node.children)
            result.nodes[element] = mine
        }
        return result
    }

    /// The places that are in both sets.
    public func intersection(_ other: FieldSet) -> FieldSet {
        combine(other) { mine, theirs in
            guard let theirs else { return nil }
            return Node(
                isMember: mine.isMember && theirs.isMember, children: mine.children.intersection(theirs.children))
        }
    }

    /// The places that are not in the other set.
    public func subtracting(_ other: FieldSet) -> FieldSet {
        combine(other) { mine, theirs in
            guard let theirs else { return mine }
            return Node(
                isMember: mine.isMember && !theirs.isMember, children: mine.children.subtracting(theirs.children))
        }
    }

    /// Every place, in order.
    public var paths: [[FieldElement]] {
        var paths: [[FieldElement]] = []
        collect([], into: &paths)
        return paths
    }

    private mutating func insert(_ path: ArraySlice<FieldElement>) {
        guard let first = path.first else { return }
        if path.count == 1 {
            nodes[first, default: Node()].isMember = true
        } else {
            nodes[first, default: Node()].children.insert(path.dropFirst())
        }
    }

    private func contains(_ path: ArraySlice<FieldElement>) -> Bool {
        guard let first = path.first, let node = nodes[first] else { return false }
        return path.count == 1 ? node.isMember : node.children.contains(path.dropFirst())
    }

    private func combine(_ other: FieldSet, _ merge: (Node, Node?) -> Node?) -> FieldSet {
        var result = FieldSet()
        for (element, node) in nodes {
            guard let merged = merge(node, other.nodes[element]), merged.isMember || !merged.children.isEmpty else {
                continue
            }
            result.nodes[element] = merged
        }
        return result
    }

    private func collect(_ prefix: [FieldElement], into paths: inout [[FieldElement]]) {
        for (element, node) in nodes.sorted(by: { $0.key < $1.key }) {
            if node.isMember { paths.append(prefix + [element]) }
            node.children.collect(prefix + [element], into: &paths)
        }
    }
}

extension FieldSet {
    /// The set as `fieldsV1`.
    public var json: JSONValue {
        var members: [String: JSONValue] = [:]
        for (element, node) in nodes {
            guard !node.children.isEmpty, case .object(var inner) = node.children.json else {
                members[element.text] = .object([:])
                continue
            }
            if node.isMember { inner["."] = .object([:]) }
            members[element.text] = .object(inner)
        }
        return .object(members)
    }

    /// Reads `fieldsV1`; nil for anything else.
    public init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        for (text, inner) in members where text != "." {
            guard let element = FieldElement(text: text), let children = FieldSet(json: inner) else { return nil }
            nodes[element] = Node(isMember: children.isEmpty || inner["."] != nil, children: children)
        }
    }
}
