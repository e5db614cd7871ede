import Synchronization

/// Where the elements of a collection stand, by the values of some of their fields.
struct CollectionIndex: Sendable {
    /// Collections below this size are searched from end to end.
    static let countMinimum = 16

    let keys: ContiguousArray<RegoValue>
    let values: ContiguousArray<RegoValue>
    let positions: [RegoValue: [Int32]]

    /// Makes an index; each field is a path inside of an element.
    init?(_ container: RegoValue, fields: [[RegoValue]]) {
        switch container {
        case .array(let array):
            values = array.elements
            keys = ContiguousArray(values.indices.map { .number(RegoNumber($0)) })
        case .object(let object):
            keys = object.keys
            values = object.values
        case .set(let set):
            keys = set.sorted
            values = keys
        default: return nil
        }
        var positions: [RegoValue: [Int32]] = [:]
        positions.reserveCapacity(values.count)
        for (position, value) in values.enumerated() {
            guard let key = Self.key(of: value, fields) else { continue }
            positions[key, default: []].append(Int32(position))
        }
        self.positions = positions
    }

    /// What an element has in its fields, or nil when it lacks one.
    private static func key(of value: RegoValue, _ fields: [[RegoValue]]) -> RegoValue? {
        var found = ContiguousArray<RegoValue>()
        for field in fields {
            var current = value
            for key in field {
                guard let next = current[key] else { return nil }
                current = next
            }
            if fields.count == 1 { return current }
            found.append(current)
        }
        return .array(RegoArray(found))
    }
}

/// One place in a policy that looks for elements by their fields.
final class IndexSite: Sendable {
    let id: Int
    let fields: [[RegoValue]]
    /// Whether the collection is a part of the base document, so that its index serves all evaluations.
    let isBase: Bool
    private let shared = Mutex<CollectionIndex?>(nil)

    init(id: Int, fields: [[RegoValue]], isBase: Bool) {
        self.id = id
        self.fields = fields
        self.isBase = isBase
    }

    /// The index over a collection, or nil where searching it is as good.
    func index(_ container: RegoValue, _ machine: Machine) throws -> CollectionIndex? {
        let count = container.elementCount
        guard count >= CollectionIndex.countMinimum else { return nil }
        if isBase, machine.scope.overrides.isEmpty {
            return shared.withLock { known in
                if known == nil { known = CollectionIndex(container, fields: fields) }
                return known
            }
        }
        // A collection that is searched once is not worth an index.
        if let seen = machine.indexes[id], seen.container.isIdentical(to: container) {
            if let index = seen.index { return index }
            try machine.charge(bytes: 96 * count)
            let made = CollectionIndex(container, fields: fields)
            machine.indexes[id] = Machine.SeenCollection(container: container, index: made)
            return made
        }
        machine.indexes[id] = Machine.SeenCollection(container: container, index: nil)
        return nil
    }
}

extension RegoValue {
    /// How many elements a collection has; none for what is no collection.
    var elementCount: Int {
        switch self {
        case .array(let array): array.count
        case .object(let object): object.count
        case .set(let set): set.count
        default: 0
        }
    }

    /// Whether both are the same collection in memory.
    func isIdentical(to other: RegoValue) -> Bool {
        switch (self, other) {
        case (.array(let left), .array(let right)): left.storage === right.storage
        case (.object(let left), .object(let right)): left.storage === right.storage
        case (.set(let left), .set(let right)): left.storage === right.storage
        default: false
        }
    }
}
