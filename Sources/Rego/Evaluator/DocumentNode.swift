/// A document that partial rules build, place by place.
final class DocumentNode {
    private var children: [RegoValue: DocumentNode] = [:]
    private var value: RegoValue?
    private var members: RegoSet?

    var isEmpty: Bool { children.isEmpty && value == nil && members == nil }

    /// Puts a value at a place; false when another one stands there, above or below.
    func insert(_ new: RegoValue, at path: ArraySlice<RegoValue>) -> Bool {
        guard let key = path.first else {
            guard children.isEmpty, members == nil else { return false }
            if let value { return value == new }
            value = new
            return true
        }
        guard value == nil, members == nil else { return false }
        return child(key).insert(new, at: path.dropFirst())
    }

    /// Adds a member to the set at a place; false when the place holds something else.
    func insertMember(_ member: RegoValue, at path: ArraySlice<RegoValue>) -> Bool {
        guard let key = path.first else {
            guard children.isEmpty, value == nil else { return false }
            if members == nil { members = RegoSet() }
            members?.insert(member)
            return true
        }
        guard value == nil, members == nil else { return false }
        return child(key).insertMember(member, at: path.dropFirst())
    }

    /// The document.
    func build() -> RegoValue {
        if let value { return value }
        if let members { return .set(members) }
        var object = RegoObject(reservingCapacity: children.count)
        for (key, child) in children { object.insert(key, child.build()) }
        return .object(object)
    }

    private func child(_ key: RegoValue) -> DocumentNode {
        if let known = children[key] { return known }
        let made = DocumentNode()
        children[key] = made
        return made
    }
}
