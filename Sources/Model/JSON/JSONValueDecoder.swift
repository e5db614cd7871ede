/// Decodes `Decodable` values from `JSONValue`.
///
/// Errors are `DecodingError` or `ModelError`; both know the field.
struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let step: CodingStep?
    /// The value's own key, which becomes a step only for a value with members.
    let key: (any CodingKey)?
    var codingPath: [any CodingKey] { CodingStep.path(step, key) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch("an object") }
        return KeyedDecodingContainer(JSONKeyedDecoding<Key>(members: members, step: inner))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch("a list") }
        return JSONUnkeyedDecoding(elements: elements, step: inner)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        JSONSingleDecoding(decoder: self)
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if type == String.self, let result = try string() as? T { return result }
        if type == JSONValue.self, let result = value as? T { return result }
        do {
            return try T(from: self)
        } catch DecodingError.dataCorrupted(let context) {
            guard let allowed = Self.allowedTexts(type), case .string(let text) = value else {
                throw DecodingError.dataCorrupted(context)
            }
            throw invalid("'\(text)' is not one of \(allowed.map { "'\($0)'" }.joined(separator: ", "))")
        }
    }

    func string() throws -> String {
        guard case .string(let text) = value else { throw mismatch("a string") }
        return text
    }

    func bool() throws -> Bool {
        guard case .bool(let flag) = value else { throw mismatch("true or false") }
        return flag
    }

    func double() throws -> Double {
        switch value {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: throw mismatch("a number")
        }
    }

    func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        if case .string(let text) = value, T.bitWidth == 64, !T.isSigned, let result = T(text) { return result }
        guard case .integer(let integer) = value else { throw mismatch("an integer") }
        guard let result = T(exactly: integer) else {
            throw invalid("\(integer) is not between \(T.min) and \(T.max)")
        }
        return result
    }

    private var inner: CodingStep? { key.map { CodingStep(step, $0) } ?? step }

    private func mismatch(_ expected: String) -> DecodingError {
        invalid("\(expected) is expected, not \(value.typeName)")
    }

    private func invalid(_ message: String) -> DecodingError {
        DecodingError.dataCorrupted(DecodingError.Context(codingPath: codingPath, debugDescription: message))
    }

    /// The texts of an enumeration; nil for any other type.
    private static func allowedTexts(_ type: Any.Type) -> [String]? {
        func texts<T: CaseIterable>(_ type: T.Type) -> [String] {
            type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
        }
        guard let type = type as? any CaseIterable.Type else { return nil }
        let allowed = texts(type)
        return allowed.isEmpty ? nil : allowed
    }
}

extension JSONValue {
    /// The type as errors name it, with its article.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
