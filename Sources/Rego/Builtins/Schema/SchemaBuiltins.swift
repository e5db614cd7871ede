/// `json.match_schema` and `json.verify_schema`.
enum SchemaBuiltins {
    private static let document = RegoType.either(.string, .anyObject)
    private static let failure = RegoType.object(
        [
            .init("desc", .string), .init("error", .string), .init("field", .string), .init("type", .string),
        ], key: nil, value: nil)

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration(
            "json.match_schema", [document, document], .array([.boolean, .array(failure)], rest: nil),
            evaluate: match),
        BuiltinDeclaration(
            "json.verify_schema", [document], .array([.boolean, .either(.null, .string)], rest: nil),
            evaluate: verify),
    ]

    /// A document itself, or as a text of JSON.
    private static func loaded(_ value: RegoValue, _ context: BuiltinContext) throws(BuiltinError) -> RegoValue {
        try context.charge(textOf: value)
        switch value {
        case .string(let text):
            guard let parsed = try? JSONBuiltins.parse(text) else { throw BuiltinError("invalid JSON string") }
            return parsed
        case .object, .array: return value.jsonValue
        default: throw BuiltinError("wrong type, expected string or object")
        }
    }

    private static func compiled(_ value: RegoValue, _ context: BuiltinContext) throws(BuiltinError) -> JSONSchema {
        let document = try loaded(value, context)
        return try context.cache.value(RegoString(utf8: document.jsonBytes)) { () throws(BuiltinError) in
            try JSONSchema(document, context)
        }
    }

    static func match(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let document = try loaded(arguments[0], context)
        let schema = try compiled(arguments[1], context)
        var validator = JSONSchemaValidator(schema, context)
        try validator.check(document, schema.root, [])
        return [.bool(validator.failures.isEmpty), .array(RegoArray(validator.failures.map(\.value)))]
    }

    static func verify(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        do throws(BuiltinError) {
            _ = try compiled(arguments[0], context)
            return [true, .null]
        } catch {
            if error.isHalting { throw error }
            return [false, RegoValue("jsonschema: \(error.message)")]
        }
    }
}
