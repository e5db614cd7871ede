/// Publishes schemas in the dialects of OpenAPI, named and marked as Kubernetes names and marks its own.
public enum OpenAPIExport {
    /// A version of OpenAPI.
    public enum Dialect: Sendable, Hashable {
        /// Swagger 2.0: no alternatives.
        case v2
        /// OpenAPI 3.0.
        case v3

        /// What stands before the name of a schema in a reference to it.
        public var prefix: String {
            switch self {
            case .v2: "#/definitions/"
            case .v3: "#/components/schemas/"
            }
        }
    }

    /// The name of a schema of ours among those of an API.
    public static func name(_ schema: String) -> String { "io.aetheredge.v1.\(schema)" }

    /// A reference to a schema.
    public static func reference(_ name: String, _ dialect: Dialect) -> JSONValue {
        ["$ref": .string(dialect.prefix + name)]
    }

    /// A kind of another group, by its schema.
    public typealias Foreign = (schema: ObjectSchema, kind: String, group: String)

    /// The schemas of all kinds as the API serves them and of their lists, of `extra` objects, and of kinds of other
    /// groups, of which some can be listed.
    public static func definitions(
        _ dialect: Dialect, with extra: [ObjectSchema] = [], _ others: [Foreign] = [], lists: [Foreign] = []
    ) -> [String: JSONValue] {
        var exporter = OpenAPIExporter(dialect: dialect)
        for schema in KindSchema.all {
            exporter.add(schema.served)
            exporter.mark(schema.served.name, kind: schema.descriptor.kind.rawValue)
            let kind = schema.descriptor.kind.rawValue
            exporter.addList(of: kind, kind: kind, group: apiGroupName)
        }
        for schema in extra { exporter.add(schema) }
        for (schema, kind, group) in others + lists {
            exporter.add(schema)
            exporter.mark(schema.name, kind: kind, group: group)
        }
        for (schema, kind, group) in lists { exporter.addList(of: schema.name, kind: kind, group: group) }
        return exporter.definitions
    }

    /// What says that a schema or an operation is about a kind.
    public static func groupVersionKind(_ kind: String, group: String = apiGroupName, version: String = "v1")
        -> JSONValue
    {
        ["group": .string(group), "version": .string(version), "kind": .string(kind)]
    }
}

/// Writes schemas, and collects the definitions that they refer to.
private struct OpenAPIExporter {
    private static let listMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"

    let dialect: OpenAPIExport.Dialect
    var definitions: [String: JSONValue] = [:]

    init(dialect: OpenAPIExport.Dialect) { self.dialect = dialect }

    mutating func add(_ schema: ObjectSchema) {
        let name = OpenAPIExport.name(schema.name)
        guard definitions[name] == nil else { return }
        // The place is taken first, so that a definition that refers to itself ends.
        definitions[name] = .null
        definitions[name] = .object(object(schema))
    }

    /// Says of which kind the objects of a definition are.
    mutating func mark(_ schema: String, kind: String, group: String = apiGroupName) {
        guard case .object(var members) = definitions[OpenAPIExport.name(schema)] else { return }
        members["x-kubernetes-group-version-kind"] = [OpenAPIExport.groupVersionKind(kind, group: group)]
        definitions[OpenAPIExport.name(schema)] = .object(members)
    }

    mutating func addList(of schema: String, kind: String, group: String) {
        definitions[OpenAPIExport.name(schema + "List")] = [
            "type": "object", "description": .string("A list of objects of the kind \(kind)."),
            "required": ["items"],
            "properties": [
                "apiVersion": described(["type": "string"], "The version of the format."),
                "kind": described(["type": "string"], "The kind of the list."),
                "metadata": described(OpenAPIExport.reference(Self.listMeta, dialect), "The version of the list."),
                "items": described(
                    ["type": "array", "items": OpenAPIExport.reference(OpenAPIExport.name(schema), dialect)],
                    "The objects."),
            ],
            "x-kubernetes-group-version-kind": [OpenAPIExport.groupVersionKind(kind + "List", group: group)],
        ]
    }

    private mutating func object(_ schema: ObjectSchema) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "type": "object", "description": .string(schema.summary), "properties": .object(properties(schema)),
        ]
        // What is generated has no name before it is stored.
        let isServed = schema.name != MetadataSchema.served.name
        let required = schema.fields.filter { $0.isRequired && isServed }.map { JSONValue.string($0.name) }
        if !required.isEmpty { members["required"] = .array(required) }
        return members
    }

    private mutating func properties(_ schema: ObjectSchema) -> [String: JSONValue] {
        var properties: [String: JSONValue] = [:]
        for field in schema.fields where field.isSupported {
            var property = described(type(field.type), field.summary)
            if case .object(var members) = property {
                members["default"] = field.defaultValue
                members.merge(marks(of: field.list)) { _, mark in mark }
                property = .object(members)
            }
            properties[field.name] = property
        }
        return properties
    }

    private mutating func type(_ type: FieldType) -> JSONValue {
        switch type {
        case .any: return .object([:])
        case .string: return ["type": "string"]
        case .text(let format):
            if let pattern = format.pattern { return ["type": "string", "pattern": .string(pattern)] }
            return format == .time ? ["type": "string", "format": "date-time"] : ["type": "string"]
        case .integer(let range): return integer(range)
        case .boolean: return ["type": "boolean"]
        case .word(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
        case .list(let element, let minimum): return list(element, minimum: minimum)
        case .map(_, let values): return ["type": "object", "additionalProperties": self.type(values)]
        case .object(let schema):
            add(schema)
            return OpenAPIExport.reference(OpenAPIExport.name(schema.name), dialect)
        case .keyed(let union): return merged(union)
        case .oneOf(let types):
            let supported = types.filter(\.isSupported)
            if supported.count == 1, let only = supported.first { return self.type(only) }
            // Swagger 2.0 cannot say "one of", and then says nothing.
            if dialect == .v2 { return .object([:]) }
            return ["anyOf": .array(supported.map { self.type($0) })]
        }
    }

    private func integer(_ range: ClosedRange<Int64>) -> JSONValue {
        var members: [String: JSONValue] = [
            "type": "integer", "format": "int64", "minimum": .integer(range.lowerBound),
        ]
        if range.upperBound != .max { members["maximum"] = .integer(range.upperBound) }
        return .object(members)
    }

    private mutating func list(_ element: FieldType, minimum: Int) -> JSONValue {
        var members: [String: JSONValue] = ["type": "array", "items": type(element)]
        if minimum > 0 { members["minItems"] = .integer(Int64(minimum)) }
        members["x-kubernetes-list-type"] = "atomic"
        return .object(members)
    }

    /// How the elements of a list are told apart when changes of several managers are merged.
    private func marks(of list: ListForm) -> [String: JSONValue] {
        switch list {
        case .atomic: [:]
        case .set: ["x-kubernetes-list-type": "set"]
        case .keys(let names):
            [
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": .array(names.map { .string($0) }),
            ]
        }
    }

    /// The members of every alternative, so that `explain` shows them; the server checks which belong together.
    private mutating func merged(_ union: KeyedUnion) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for alternative in union.alternatives {
            for (name, property) in self.properties(alternative.schema) {
                guard let known = properties[name], known != property else {
                    properties[name] = property
                    continue
                }
                properties[name] = ["description": property["description"] ?? ""]
            }
        }
        return ["type": "object", "properties": .object(properties)]
    }

    /// A schema with a description; a reference cannot have one beside itself in OpenAPI 3.0.
    private func described(_ schema: JSONValue, _ summary: String) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        if dialect == .v3, members["$ref"] != nil {
            return ["description": .string(summary), "allOf": [schema]]
        }
        members["description"] = .string(summary)
        return .object(members)
    }
}
