/// Objects whose type is named by one of their keys, as `file:` names the type of a resource.
public struct KeyedUnion: Sendable, Hashable {
    /// What messages call such an object, with its article: `a resource`.
    public let title: String
    /// The definitions; each has a required field of its own name's key.
    public let alternatives: [Alternative]
    /// Keys that name types which this version does not have.
    public let unsupported: [String]
    /// Whether the key that names the type holds what tells one object from the next, so that lists of them merge by
    /// it.
    public let mergesByIdentity: Bool

    /// One type.
    public struct Alternative: Sendable, Hashable {
        /// The key that names the type and holds the identity.
        public let key: String
        /// What such an object may hold.
        public let schema: ObjectSchema

        /// Makes a type.
        public init(_ key: String, _ schema: ObjectSchema) {
            self.key = key
            self.schema = schema
        }
    }

    /// Makes a union.
    public init(
        title: String, alternatives: [Alternative], unsupported: [String] = [], mergesByIdentity: Bool = false
    ) {
        self.title = title
        self.alternatives = alternatives
        self.unsupported = unsupported
        self.mergesByIdentity = mergesByIdentity
    }

    /// What the keys of an object say about its type.
    enum Choice {
        case alternative(Alternative)
        /// Keys that each name a type and are no attribute of the others.
        case ambiguous([PositionedMember])
        case unsupported(PositionedMember)
        case none
    }

    /// Finds the type: a key that is an attribute of the type present is an attribute (DESIGN 13, Names).
    func choose(_ members: [PositionedMember]) -> Choice {
        if let only = onlyNamed(in: members) { return .alternative(only) }
        let naming = members.filter { member in
            unsupported.contains(member.key) || alternatives.contains { $0.key == member.key }
        }
        guard !naming.isEmpty else { return .none }
        let whole = alternatives.filter { alternative in
            naming.contains { $0.key == alternative.key }
                && naming.allSatisfy { $0.key == alternative.key || alternative.schema.field($0.key) != nil }
        }
        if whole.count == 1, let found = whole.first { return .alternative(found) }
        if let first = naming.first, naming.allSatisfy({ unsupported.contains($0.key) }) { return .unsupported(first) }
        return .ambiguous(naming)
    }

    /// The alternative that one key names, where no other key names a type: so it is of nearly all.
    private func onlyNamed(in members: [PositionedMember]) -> Alternative? {
        var found: Alternative?
        for member in members {
            if unsupported.contains(member.key) { return nil }
            guard let named = alternatives.first(where: { $0.key == member.key }) else { continue }
            if found != nil { return nil }
            found = named
        }
        return found
    }
}
