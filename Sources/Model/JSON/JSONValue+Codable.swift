extension JSONValue {
    /// The form of a value that can be encoded.
    public init(encoding value: some Encodable) throws(ModelError) {
        do {
            self = try JSONValueEncoder.value(value, step: nil, key: nil)
        } catch let error as ModelError {
            throw error
        } catch EncodingError.invalidValue(_, let context) {
            let path = FieldPath(field: "", codingPath: context.codingPath)
            throw ModelError(.invalidObject, "cannot encode field '\(path)': \(context.debugDescription)")
        } catch {
            throw ModelError(.invalidObject, "cannot encode a value of type \(type(of: value)): \(error)")
        }
    }

    /// Reads a value of a type; throws `.invalidObject` that names the field, whose path begins with `field`.
    public func decode<T: Decodable>(_ type: T.Type, field: String) throws(ModelError) -> T {
        do {
            return try JSONValueDecoder(value: self, step: nil, key: nil).decode(type)
        } catch let error as ModelError {
            throw error
        } catch let error as DecodingError {
            throw Self.modelError(error, field: field)
        } catch {
            throw ModelError(.invalidObject, "cannot read field '\(field)': \(error)")
        }
    }

    private static func modelError(_ error: DecodingError, field: String) -> ModelError {
        let context: DecodingError.Context
        switch error {
        case .dataCorrupted(let found), .typeMismatch(_, let found), .valueNotFound(_, let found): context = found
        case .keyNotFound(_, let found): context = found
        @unknown default: return ModelError(.invalidObject, "cannot read field '\(field)': \(error)")
        }
        let path = FieldPath(field: field, codingPath: context.codingPath).description
        let subject = path.isEmpty ? "cannot read a value" : "cannot read field '\(path)'"
        return ModelError(.invalidObject, "\(subject): \(context.debugDescription)")
    }
}

extension JSONValue: Codable {
    /// Reads any JSON value from any decoder.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONValueDecoder {
            self = decoder.value
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = JSONValue(exactly: value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Writes the value to any encoder.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
