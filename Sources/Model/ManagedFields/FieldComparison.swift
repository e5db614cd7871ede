/// What differs between two states of a value, place by place.
struct FieldComparison {
    private(set) var added = FieldSet()
    private(set) var modified = FieldSet()
    private(set) var removed = FieldSet()

    /// Compares two states of a value of a shape.
    init(_ old: JSONValue, _ new: JSONValue, _ shape: MergeShape) {
        compare(old, new, shape, [])
    }

    /// Every place that has another value than before.
    var changed: FieldSet { added.union(modified) }

    private mutating func compare(
        _ old: JSONValue?, _ new: JSONValue?, _ shape: MergeShape, _ path: [FieldElement]
    ) {
        guard old != new else { return }
        guard let old else {
            if let new { added.add(new, shape, path, withContainers: true) }
            return
        }
        guard let new else {
            removed.add(old, shape, path, withContainers: true)
            return
        }
        if case .object(let before) = old, case .object(let after) = new {
            for name in Set(before.keys).union(after.keys) {
                compare(before[name], after[name], shape.member(name), path + [.member(name)])
            }
            return
        }
        if case .array(let before) = old, case .array(let after) = new, let first = shape.index(before),
            let second = shape.index(after)
        {
            let before = Dictionary(uniqueKeysWithValues: first.map { ($0.key, $0.value) })
            let after = Dictionary(uniqueKeysWithValues: second.map { ($0.key, $0.value) })
            for key in Set(before.keys).union(after.keys) {
                compare(before[key], after[key], shape.element, path + [key])
            }
            return
        }
        if old.isContainer(shape) { removed.add(old, shape, path, withContainers: true) }
        if new.isContainer(shape) { added.add(new, shape, path, withContainers: true) }
        modified.insert(path)
    }
}

extension FieldSet {
    /// The places that a manager sets by applying a value: its scalars and lists, and the elements of lists that merge
    /// by element.
    init(appliedBy value: JSONValue, _ shape: MergeShape) {
        self.init()
        add(value, shape, [], withContainers: false)
    }

    /// Adds the places of a value: of its scalars and lists, of the elements of lists that merge by element, and of
    /// the objects and lists that hold them where asked for.
    fileprivate mutating func add(
        _ value: JSONValue, _ shape: MergeShape, _ path: [FieldElement], withContainers: Bool
    ) {
        switch value {
        case .object(let members) where members.isEmpty && path.count < 2:
            // Every object has metadata and a spec.
            break
        case .object(let members) where !members.isEmpty:
            if withContainers { insert(path) }
            for (name, member) in members {
                add(member, shape.member(name), path + [.member(name)], withContainers: withContainers)
            }
        case .array(let elements) where !elements.isEmpty:
            guard let indexed = shape.index(elements) else { return insert(path) }
            if withContainers { insert(path) }
            for (key, element) in indexed {
                insert(path + [key])
                add(element, shape.element, path + [key], withContainers: withContainers)
            }
        default: insert(path)
        }
    }
}

extension JSONValue {
    /// Whether parts of the value merge by themselves.
    fileprivate func isContainer(_ shape: MergeShape) -> Bool {
        switch self {
        case .object: true
        case .array(let elements): shape.index(elements) != nil
        default: false
        }
    }
}
