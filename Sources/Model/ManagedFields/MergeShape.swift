/// How the elements of a list are told apart when changes of several managers are merged.
public enum ListForm: Sendable, Hashable {
    /// The list is one value.
    case atomic
    /// The elements are scalars, each at most once.
    case set
    /// The elements are objects, told apart by the values of some members.
    case keys([String])
}

/// How a value is taken apart: what the schema says of it.
///
/// Objects merge by member. Lists are one value unless the schema says more; resources of a blueprint, whose type and
/// identity are one of their members, merge by that member. What no schema describes is taken apart by what it is.
struct MergeShape {
    /// Nothing is known.
    static let unknown = MergeShape(type: .any, list: .atomic)

    let type: FieldType
    let list: ListForm

    init(type: FieldType, list: ListForm) {
        self.type = type
        self.list = list
    }

    /// The shape of a whole object of a kind.
    init(_ kind: KindName) {
        self.init(type: KindSchema.of(kind).map { .object($0.served) } ?? .any, list: .atomic)
    }

    /// The shape of a member of an object.
    func member(_ name: String) -> MergeShape {
        switch type {
        case .object(let schema): return Self.field(schema.field(name))
        case .keyed(let union):
            return Self.field(union.alternatives.lazy.compactMap { $0.schema.field(name) }.first)
        case .map(_, let values): return MergeShape(type: values, list: .atomic)
        case .oneOf(let types):
            let object = types.first { if case .object = $0 { true } else { false } }
            return object.map { MergeShape(type: $0, list: .atomic).member(name) } ?? .unknown
        default: return .unknown
        }
    }

    /// The shape of the elements of a list.
    var element: MergeShape {
        guard case .list(let element, _) = type else { return .unknown }
        return MergeShape(type: element, list: .atomic)
    }

    /// The elements of a list by what tells them apart; nil for a list that is one value, or whose elements cannot be
    /// told apart.
    func index(_ elements: [JSONValue]) -> [(key: FieldElement, value: JSONValue)]? {
        var seen: Set<FieldElement> = []
        var result: [(key: FieldElement, value: JSONValue)] = []
        result.reserveCapacity(elements.count)
        for element in elements {
            guard let key = key(of: element), seen.insert(key).inserted else { return nil }
            result.append((key, element))
        }
        return isTakenApart ? result : nil
    }

    /// Whether a list is more than one value.
    var isTakenApart: Bool { list != .atomic || union != nil }

    private var union: KeyedUnion? {
        guard case .list(.keyed(let union), _) = type, union.mergesByIdentity else { return nil }
        return union
    }

    private func key(of element: JSONValue) -> FieldElement? {
        if let union {
            let named = union.alternatives.filter { element[$0.key] != nil }.filter { alternative in
                union.alternatives.allSatisfy {
                    $0.key == alternative.key || element[$0.key] == nil
                        || alternative.schema.field($0.key) != nil
                }
            }
            guard named.count == 1, let name = named.first?.key, let value = element[name], value.isScalar else {
                return nil
            }
            return .keys(.object([name: value]))
        }
        switch list {
        case .atomic: return nil
        case .set: return element.isScalar ? .value(element) : nil
        case .keys(let names):
            var keys: [String: JSONValue] = [:]
            for name in names {
                guard let value = element[name], value.isScalar else { return nil }
                keys[name] = value
            }
            return .keys(.object(keys))
        }
    }

    private static func field(_ field: FieldSchema?) -> MergeShape {
        field.map { MergeShape(type: $0.type, list: $0.list) } ?? .unknown
    }
}

extension JSONValue {
    /// Whether the value has no parts.
    fileprivate var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
