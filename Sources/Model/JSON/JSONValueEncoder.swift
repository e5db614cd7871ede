/// Encodes `Encodable` values to `JSONValue` without text in between.
struct JSONValueEncoder: Encoder {
    let node: EncodedNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return JSONUnkeyedEncoding(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleEncoding(node: node, codingPath: codingPath)
    }

    /// The form of one value; values that JSON holds itself make no node.
    static func part<T: Encodable>(_ value: T, codingPath: [any CodingKey]) throws -> EncodedNode.Part {
        switch value {
        case let value as String: return .value(.string(value))
        case let value as JSONValue: return .value(value)
        case let value as Bool: return .value(.bool(value))
        case let value as Int64: return .value(.integer(value))
        case let value as Int: return .value(.integer(Int64(value)))
        default: break
        }
        let node = EncodedNode()
        try value.encode(to: JSONValueEncoder(node: node, codingPath: codingPath))
        return .node(node)
    }

    /// The form of an integer.
    ///
    /// One above `Int64.max` is a decimal string, as no JSON number would keep it exact.
    static func integer(_ value: some BinaryInteger) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .string(value.description)
    }

    static func number(_ value: Double, codingPath: [any CodingKey]) throws -> JSONValue {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: codingPath, debugDescription: "JSON has no word for \(value)"))
        }
        return JSONValue(exactly: value)
    }
}

/// A value under construction; shared by the containers that fill it.
final class EncodedNode {
    enum Part {
        case value(JSONValue)
        case node(EncodedNode)

        var value: JSONValue {
            switch self {
            case .value(let value): value
            case .node(let node): node.value
            }
        }
    }

    private enum Content {
        case empty
        case single(Part)
        case array([Part])
        case object([String: Part])
    }

    private var content = Content.empty

    var count: Int {
        guard case .array(let parts) = content else { return 0 }
        return parts.count
    }

    var value: JSONValue {
        switch content {
        case .empty: .object([:])
        case .single(let part): part.value
        case .array(let parts): .array(parts.map(\.value))
        case .object(let parts): .object(parts.mapValues(\.value))
        }
    }

    func becomeObject() {
        guard case .object = content else {
            content = .object([:])
            return
        }
    }

    func becomeArray() {
        guard case .array = content else {
            content = .array([])
            return
        }
    }

    func set(_ part: Part) { content = .single(part) }

    func set(_ part: Part, for key: String) {
        guard case .object(var parts) = content else { return content = .object([key: part]) }
        content = .empty
        parts[key] = part
        content = .object(parts)
    }

    func append(_ part: Part) {
        guard case .array(var parts) = content else { return content = .array([part]) }
        content = .empty
        parts.append(part)
        content = .array(parts)
    }
}
