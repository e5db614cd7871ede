/// Encodes `Encodable` values to `JSONValue` without text in between.
struct JSONValueEncoder: Encoder {
    let node: EncodedNode
    let step: CodingStep?
    var codingPath: [any CodingKey] { CodingStep.path(step) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(node: node, step: step))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return JSONUnkeyedEncoding(node: node, step: step)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleEncoding(node: node, step: step)
    }

    /// The form of one value, whose key is only spelled out where the value has members of its own.
    static func value<T: Encodable>(_ value: T, step: CodingStep?, key: (any CodingKey)?) throws -> JSONValue {
        // The metatypes are compared first, as a failing cast costs more than everything else here.
        if T.self == String.self, let text = value as? String { return .string(text) }
        if T.self == JSONValue.self, let json = value as? JSONValue { return json }
        let node = EncodedNode()
        try value.encode(to: JSONValueEncoder(node: node, step: key.map { CodingStep(step, $0) } ?? step))
        return node.value
    }

    /// The form of an integer.
    ///
    /// One above `Int64.max` is a decimal string, as no JSON number would keep it exact.
    static func integer(_ value: some BinaryInteger) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .string(value.description)
    }

    static func number(_ value: Double, step: CodingStep?, key: (any CodingKey)?) throws -> JSONValue {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value,
                EncodingError.Context(
                    codingPath: CodingStep.path(step, key), debugDescription: "JSON has no word for \(value)"))
        }
        return JSONValue(exactly: value)
    }
}

/// A value under construction; shared by the containers that fill it.
final class EncodedNode {
    private enum Shape {
        case empty
        case single
        case array
        case object
    }

    private var shape = Shape.empty
    private var single = JSONValue.null
    private var elements: [JSONValue] = []
    private var members: [String: JSONValue] = [:]
    /// Children that may still be filled when their parent has been asked for them; their places are taken.
    private var openElements: [(Int, EncodedNode)] = []
    private var openMembers: [(String, EncodedNode)] = []

    var count: Int { elements.count }

    var value: JSONValue {
        switch shape {
        case .empty: return .object([:])
        case .single: return single
        case .array:
            for (index, node) in openElements { elements[index] = node.value }
            return .array(elements)
        case .object:
            for (key, node) in openMembers { members[key] = node.value }
            return .object(members)
        }
    }

    func becomeObject() { shape = .object }
    func becomeArray() { shape = .array }

    func set(_ value: JSONValue) {
        shape = .single
        single = value
    }

    func set(_ value: JSONValue, for key: String) { members[key] = value }
    func append(_ value: JSONValue) { elements.append(value) }

    func open(_ key: String) -> EncodedNode {
        let node = EncodedNode()
        openMembers.append((key, node))
        return node
    }

    func openElement() -> EncodedNode {
        let node = EncodedNode()
        openElements.append((elements.count, node))
        elements.append(.null)
        return node
    }
}
