/// Publishes schemas as JSON Schema, draft 2020-12, for editors and for OpenAPI.
public enum SchemaExport {
    /// The schema of a kind as people write it in a site repository where they can, otherwise as the API serves it; nil
    /// for a kind that does not exist.
    public static func jsonSchema(_ kind: KindName) -> JSONValue? {
        guard let schema = KindSchema.of(kind) else { return nil }
        let root = kind == BlueprintKind.descriptor.kind ? BlueprintSchema.document : schema.served
        return document(root, id: "https://aetheredge.io/schemas/v1/\(schema.descriptor.singular).json")
    }

    /// The schemas of all kinds as the API serves them, as definitions under a prefix such as
    /// `#/components/schemas/`.
    public static func definitions(prefix: String) -> [String: JSONValue] {
        var exporter = Exporter(prefix: prefix)
        for schema in KindSchema.all { _ = exporter.reference(to: schema.served) }
        return exporter.definitions
    }

    private static func document(_ root: ObjectSchema, id: String) -> JSONValue {
        var exporter = Exporter(prefix: "#/$defs/")
        guard case .object(var members) = exporter.object(root) else { return .null }
        members["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        members["$id"] = .string(id)
        members["title"] = .string(root.name)
        if !exporter.definitions.isEmpty { members["$defs"] = .object(exporter.definitions) }
        return .object(members)
    }
}

/// Writes schemas, and collects the definitions that they refer to.
private struct Exporter {
    let prefix: String
    var definitions: [String: JSONValue] = [:]

    mutating func reference(to schema: ObjectSchema) -> JSONValue {
        if definitions[schema.name] == nil {
            // The place is taken first, so that a definition that refers to itself ends.
            definitions[schema.name] = .null
            definitions[schema.name] = object(schema)
        }
        return ["$ref": .string(prefix + schema.name)]
    }

    mutating func object(_ schema: ObjectSchema) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for field in schema.fields where field.isSupported { properties[field.name] = property(field) }
        var members: [String: JSONValue] = [
            "type": "object", "description": .string(schema.summary), "properties": .object(properties),
            "additionalProperties": .bool(schema.isOpen),
        ]
        let required = schema.fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members["required"] = .array(required) }
        let rules = rules(of: schema)
        if !rules.isEmpty { members["allOf"] = .array(rules) }
        if !schema.companions.isEmpty {
            members["dependentRequired"] = .object(schema.companions.mapValues { [.string($0)] })
        }
        return .object(members)
    }

    private mutating func property(_ field: FieldSchema) -> JSONValue {
        guard case .object(var members) = type(field.type) else { return true }
        members["description"] = .string(field.summary)
        members["default"] = field.defaultValue
        return .object(members)
    }

    private mutating func type(_ type: FieldType) -> JSONValue {
        switch type {
        case .any: return .object([:])
        case .string: return ["type": "string"]
        case .text(let format):
            guard let pattern = format.pattern else {
                return format == .time ? ["type": "string", "format": "date-time"] : ["type": "string"]
            }
            return ["type": "string", "pattern": .string(pattern)]
        case .integer(let range):
            var members: [String: JSONValue] = ["type": "integer", "minimum": .integer(range.lowerBound)]
            if range.upperBound != .max { members["maximum"] = .integer(range.upperBound) }
            return .object(members)
        case .boolean: return ["type": "boolean"]
        case .word(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
        case .list(let element, let minimum):
            var members: [String: JSONValue] = ["type": "array", "items": self.type(element)]
            if minimum > 0 { members["minItems"] = .integer(Int64(minimum)) }
            return .object(members)
        case .map(let keys, let values):
            var members: [String: JSONValue] = ["type": "object", "additionalProperties": self.type(values)]
            if let pattern = keys.pattern { members["propertyNames"] = ["pattern": .string(pattern)] }
            return .object(members)
        case .object(let schema): return reference(to: schema)
        case .keyed(let union): return ["oneOf": .array(union.alternatives.map { reference(to: $0.schema) })]
        case .oneOf(let types):
            let supported = types.filter(\.isSupported)
            if supported.count == 1, let only = supported.first { return self.type(only) }
            return ["anyOf": .array(supported.map { self.type($0) })]
        }
    }

    private func rules(of schema: ObjectSchema) -> [JSONValue] {
        var rules: [JSONValue] = []
        for exclusion in schema.exclusions {
            for (position, first) in exclusion.enumerated() {
                for second in exclusion[(position + 1)...] {
                    rules.append(["not": present([first, second], in: schema)])
                }
            }
        }
        for choice in schema.choices {
            rules.append(["anyOf": .array(choice.map { present([$0], in: schema) })])
        }
        return rules
    }

    /// That members are present, where a boolean counts only when it is true.
    private func present(_ names: [String], in schema: ObjectSchema) -> JSONValue {
        var members: [String: JSONValue] = ["required": .array(names.map { .string($0) })]
        let flags = names.filter { schema.field($0)?.type == .boolean }
        if !flags.isEmpty {
            members["properties"] = .object(Dictionary(uniqueKeysWithValues: flags.map { ($0, ["const": true]) }))
        }
        return .object(members)
    }
}
