extension RegoType {
    /// One type that holds both.
    func union(_ other: RegoType) -> RegoType {
        if self == other { return self }
        switch (self, other) {
        case (.any(let list), _) where list.isEmpty: return .any
        case (_, .any(let list)) where list.isEmpty: return .any
        default: break
        }
        var all = members
        for type in other.members where !all.contains(type) { all.append(type) }
        return all.count == 1 ? all[0] : .any(all)
    }

    /// The types that it is one of.
    var members: [RegoType] {
        if case .any(let list) = self, !list.isEmpty { return list }
        return [self]
    }

    var isAny: Bool {
        if case .any(let list) = self { return list.isEmpty }
        return false
    }

    /// The type of a constant.
    init(of value: RegoValue, depth: Int = 0) {
        guard depth < 64 else {
            self = .any
            return
        }
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .number: self = .number
        case .string: self = .string
        case .array(let array):
            self =
                array.count > 256 ? .array(.any) : .array(array.map { RegoType(of: $0, depth: depth + 1) }, rest: nil)
        case .set(let set):
            var member: RegoType?
            for value in set.prefix(256) {
                let type = RegoType(of: value, depth: depth + 1)
                member = member?.union(type) ?? type
            }
            self = .set(set.count > 256 ? .any : member ?? .any)
        case .object(let object):
            guard object.count <= 256 else {
                self = .anyObject
                return
            }
            let properties = object.map { Property($0.key, RegoType(of: $0.value, depth: depth + 1)) }
            self = .object(properties, key: nil, value: nil)
        }
    }

    /// Whether some value is of both types.
    func overlaps(_ other: RegoType) -> Bool {
        if isAny || other.isAny { return true }
        switch (self, other) {
        case (.any(let list), _): return list.contains { $0.overlaps(other) }
        case (_, .any(let list)): return list.contains { overlaps($0) }
        case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): return true
        case (.set(let left), .set(let right)): return left.overlaps(right)
        case (.array(let left, let leftRest), .array(let right, let rightRest)):
            for index in 0..<max(left.count, right.count) {
                guard let first = index < left.count ? left[index] : leftRest,
                    let second = index < right.count ? right[index] : rightRest, first.overlaps(second)
                else { return false }
            }
            return true
        case (.object(let left, let leftKey, let leftValue), .object(let right, let rightKey, let rightValue)):
            return Self.covers(left, leftKey != nil, right, rightKey, rightValue)
                && Self.covers(right, rightKey != nil, left, leftKey, leftValue)
        default: return false
        }
    }

    /// Whether every property can be one of an object with these properties and these others; those of an open
    /// object may be missing.
    private static func covers(
        _ properties: [Property], _ isOpen: Bool, _ others: [Property], _ key: RegoType?, _ value: RegoType?
    ) -> Bool {
        properties.allSatisfy { property in
            if let known = others.first(where: { $0.key == property.key }) { return known.type.overlaps(property.type) }
            guard let key, let value else { return isOpen }
            return key.overlaps(RegoType(of: property.key)) && value.overlaps(property.type)
        }
    }

    /// The type of what a key finds; nil when it cannot find anything.
    func select(_ key: RegoValue) -> RegoType? {
        switch self {
        case .any(let list):
            guard !list.isEmpty else { return .any }
            let found = list.compactMap { $0.select(key) }
            return found.isEmpty ? nil : found.dropFirst().reduce(found[0]) { $0.union($1) }
        case .array(let first, let rest):
            guard case .number(let number) = key, let index = number.int, index >= 0 else { return nil }
            return index < first.count ? first[index] : rest
        case .object(let properties, let keyType, let value):
            if let known = properties.first(where: { $0.key == key }) { return known.type }
            guard let keyType, let value, keyType.overlaps(RegoType(of: key)) else { return nil }
            return value
        case .set(let member):
            return member.overlaps(RegoType(of: key)) ? member : nil
        default:
            return nil
        }
    }

    /// The types of the keys and values that iteration finds; nil when there is nothing to iterate.
    var elements: (key: RegoType, value: RegoType)? {
        switch self {
        case .any(let list):
            guard !list.isEmpty else { return (.any, .any) }
            let found = list.compactMap(\.elements)
            guard let first = found.first else { return nil }
            return found.dropFirst().reduce(first) { ($0.key.union($1.key), $0.value.union($1.value)) }
        case .array(let first, let rest):
            let types = first + (rest.map { [$0] } ?? [])
            guard let head = types.first else { return (.number, .any) }
            return (.number, types.dropFirst().reduce(head) { $0.union($1) })
        case .set(let member): return (member, member)
        case .object(let properties, let key, let value):
            var keys = key, values = value
            for property in properties {
                let own = RegoType(of: property.key)
                keys = keys?.union(own) ?? own
                values = values?.union(property.type) ?? property.type
            }
            return (keys ?? .any, values ?? .any)
        default: return nil
        }
    }
}
