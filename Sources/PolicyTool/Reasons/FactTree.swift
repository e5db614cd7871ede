import Rego

/// One place of a document, which may be left out of it.
///
/// It belongs to the one search that made it, and to its thread.
final class FactTree {
    let key: RegoValue
    let isData: Bool
    var isKept = true
    private(set) var children: [FactTree] = []
    private let value: RegoValue
    private weak var parent: FactTree?

    init(_ value: RegoValue, key: RegoValue, isData: Bool, parent: FactTree? = nil) {
        self.value = value
        self.key = key
        self.isData = isData
        self.parent = parent
        switch value {
        case .object(let object):
            children = object.map { FactTree($0.value, key: $0.key, isData: isData, parent: self) }
        case .array(let array):
            children = array.elements.enumerated().map { index, element in
                FactTree(element, key: RegoValue(index), isData: isData, parent: self)
            }
        default: break
        }
    }

    var keptChildren: [FactTree] { children.filter(\.isKept) }

    /// The document without what is left out.
    func document() -> RegoValue? {
        guard isKept else { return nil }
        switch value {
        case .object:
            var object = RegoObject()
            for child in children {
                if let value = child.document() { object.insert(child.key, value) }
            }
            return .object(object)
        case .array:
            return .array(RegoArray(children.compactMap { $0.document() }))
        default:
            return value
        }
    }

    /// The kept places that have no kept place below them.
    func leaves() -> [FactTree] {
        guard isKept else { return [] }
        let kept = keptChildren
        return kept.isEmpty ? [self] : kept.flatMap { $0.leaves() }
    }

    /// The place with what is left there.
    var fact: PolicyFact {
        var path: [RegoValue] = []
        var place: FactTree? = self
        while let current = place {
            path.insert(current.key, at: 0)
            place = current.parent
        }
        return PolicyFact(path: path, value: document() ?? .null)
    }
}
